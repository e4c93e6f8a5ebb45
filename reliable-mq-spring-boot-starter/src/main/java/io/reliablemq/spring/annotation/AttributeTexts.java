package io.reliablemq.spring.annotation;

import io.reliablemq.spring.config.ListenerConfigurationException;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.BeansException;
import org.springframework.beans.factory.config.BeanExpressionContext;
import org.springframework.beans.factory.config.BeanExpressionResolver;
import org.springframework.beans.factory.config.ConfigurableBeanFactory;
import org.springframework.expression.ExpressionException;

/** Resolves placeholders and expressions in attributes, and says which attribute of which method is not usable. */
final class AttributeTexts {

    private final ConfigurableBeanFactory beanFactory;
    private final String method;

    /** As they stand in the annotation, for error messages. */
    private final Map<String, String> written = new HashMap<>();

    /** @param method how error messages name the annotated method */
    AttributeTexts(ConfigurableBeanFactory beanFactory, String method) {
        this.beanFactory = beanFactory;
        this.method = method;
    }

    /** Without blanks around it. */
    String resolve(String attribute, String expression) {
        written.put(attribute, expression);
        try {
            String text = beanFactory.resolveEmbeddedValue(expression);
            BeanExpressionResolver expressions = beanFactory.getBeanExpressionResolver();
            Object value = expressions == null
                    ? text
                    : expressions.evaluate(text, new BeanExpressionContext(beanFactory, null));
            return value == null ? "" : value.toString().strip();
        } catch (IllegalArgumentException | BeansException | ExpressionException e) {
            throw refused(attribute, expression, e.getMessage() + ".", e);
        }
    }

    /** @param reader throws {@link IllegalArgumentException} if the value is not usable */
    <T> T checked(String attribute, String value, Function<String, T> reader) {
        try {
            return reader.apply(value);
        } catch (IllegalArgumentException e) {
            throw refused(attribute, value, e.getMessage() + ".", e);
        }
    }

    ListenerConfigurationException refused(String attribute, String value, String reason, @Nullable Throwable cause) {
        String expression = written.getOrDefault(attribute, value);
        return new ListenerConfigurationException(
                "The attribute " + attribute + " = \"" + expression + "\" of @MessageListener on " + method
                        + " is not usable. " + (expression.equals(value) ? "" : "It stands for '" + value + "'. ")
                        + reason,
                "Correct the attribute or the property it refers to.",
                cause);
    }
}
