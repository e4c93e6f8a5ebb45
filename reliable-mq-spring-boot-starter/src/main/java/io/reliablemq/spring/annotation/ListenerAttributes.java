package io.reliablemq.spring.annotation;

import io.reliablemq.protocol.message.Names;
import io.reliablemq.spring.config.ListenerConfigurationException;
import io.reliablemq.spring.listener.TagSelector;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.BeansException;
import org.springframework.beans.factory.config.BeanExpressionContext;
import org.springframework.beans.factory.config.BeanExpressionResolver;
import org.springframework.beans.factory.config.ConfigurableBeanFactory;
import org.springframework.expression.ExpressionException;

/** Reads the attributes of a {@link MessageListener}, with placeholders and expressions resolved. */
final class ListenerAttributes {

    private final ConfigurableBeanFactory beanFactory;
    private final MessageListener annotation;
    private final String method;

    /** @param method how error messages name the annotated method */
    ListenerAttributes(ConfigurableBeanFactory beanFactory, MessageListener annotation, String method) {
        this.beanFactory = beanFactory;
        this.annotation = annotation;
        this.method = method;
    }

    String topic() {
        String topic = resolve("topic", annotation.topic());
        try {
            return Names.requireTopic(topic);
        } catch (IllegalArgumentException e) {
            throw refused("topic", annotation.topic(), e.getMessage() + ".", e);
        }
    }

    String group() {
        String group = resolve("group", annotation.group());
        try {
            return Names.requireGroup(group);
        } catch (IllegalArgumentException e) {
            throw refused("group", annotation.group(), e.getMessage() + ".", e);
        }
    }

    TagSelector tags() {
        String tags = resolve("tags", annotation.tags());
        try {
            return TagSelector.parse(tags);
        } catch (IllegalArgumentException e) {
            throw refused("tags", annotation.tags(), e.getMessage() + ".", e);
        }
    }

    @Nullable
    Integer concurrency() {
        return number("concurrency", annotation.concurrency(), 1);
    }

    @Nullable
    Integer maxReconsumeTimes() {
        return number("maxReconsumeTimes", annotation.maxReconsumeTimes(), 0);
    }

    /** Empty if none is given. */
    String id() {
        return resolve("id", annotation.id()).strip();
    }

    boolean autoStartup() {
        String value = resolve("autoStartup", annotation.autoStartup()).strip().toLowerCase(Locale.ROOT);
        if (!value.equals("true") && !value.equals("false")) {
            throw refused("autoStartup", annotation.autoStartup(), "It must be true or false.", null);
        }
        return Boolean.parseBoolean(value);
    }

    private @Nullable Integer number(String attribute, String expression, int least) {
        String value = resolve(attribute, expression).strip();
        if (value.isEmpty()) {
            return null;
        }
        try {
            int number = Integer.parseInt(value);
            if (number >= least) {
                return number;
            }
        } catch (NumberFormatException e) {
            throw refused(attribute, expression, "'" + value + "' is not a number.", e);
        }
        throw refused(attribute, expression, "It is " + value + " and must be at least " + least + ".", null);
    }

    private String resolve(String attribute, String expression) {
        try {
            String text = beanFactory.resolveEmbeddedValue(expression);
            BeanExpressionResolver expressions = beanFactory.getBeanExpressionResolver();
            Object value = expressions == null
                    ? text
                    : expressions.evaluate(text, new BeanExpressionContext(beanFactory, null));
            return value == null ? "" : value.toString();
        } catch (IllegalArgumentException | BeansException | ExpressionException e) {
            throw refused(attribute, expression, e.getMessage() + ".", e);
        }
    }

    private ListenerConfigurationException refused(
            String attribute, String expression, String reason, @Nullable Throwable cause) {
        return new ListenerConfigurationException(
                "The attribute " + attribute + " = \"" + expression + "\" of @MessageListener on " + method
                        + " is not usable. " + reason,
                "Correct the attribute or the property it refers to.",
                cause);
    }
}
