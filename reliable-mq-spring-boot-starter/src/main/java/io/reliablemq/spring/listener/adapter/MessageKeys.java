package io.reliablemq.spring.listener.adapter;

import io.reliablemq.client.api.DeadLetters;
import io.reliablemq.client.api.NonRetryableException;
import io.reliablemq.client.api.ReceivedMessage;
import java.lang.reflect.Method;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.context.expression.MethodBasedEvaluationContext;
import org.springframework.core.DefaultParameterNameDiscoverer;
import org.springframework.core.ParameterNameDiscoverer;
import org.springframework.expression.Expression;
import org.springframework.expression.ExpressionException;
import org.springframework.expression.spel.standard.SpelExpressionParser;

/** The key by which a message is known again. Immutable, thread-safe. */
final class MessageKeys {

    private static final ParameterNameDiscoverer NAMES = new DefaultParameterNameDiscoverer();

    private final Method method;
    private final @Nullable Expression expression;

    /**
     * What an expression begins with.
     *
     * @param message as it was received
     * @param payload as the listener gets it
     * @param headers those of the message, as text
     */
    record Root(ReceivedMessage message, @Nullable Object payload, Map<String, Object> headers) {}

    /**
     * @param expression empty for the unique id
     * @throws IllegalArgumentException if the expression cannot be parsed
     */
    MessageKeys(Method method, String expression) {
        this.method = method;
        try {
            this.expression = expression.isBlank() ? null : new SpelExpressionParser().parseExpression(expression);
        } catch (ExpressionException e) {
            throw new IllegalArgumentException(
                    "The key '" + expression + "' is not an expression: " + e.getMessage(), e);
        }
    }

    /**
     * The unique id, which is the same in every attempt, every copy, and when a dead letter is sent again; or topic, tag and
     * what the expression says.
     *
     * @param arguments of the method, by whose names the expression may call them
     * @throws NonRetryableException if the expression does not give a key, which it never will
     */
    String key(Root root, @Nullable Object[] arguments) {
        ReceivedMessage message = root.message();
        if (expression == null) {
            String first = message.property(DeadLetters.REDRIVEN_ID);
            return first == null ? message.messageId() : first;
        }
        Object key = value(root, arguments, expression);
        if (key == null || key.toString().isBlank()) {
            throw new NonRetryableException(
                    "The message " + message.messageId() + " of topic '" + message.topic()
                            + "' has no key to be known by: '" + expression.getExpressionString() + "' is " + key,
                    null);
        }
        // Events of different kinds may be about the same thing.
        return message.topic() + ":" + (message.tag() == null ? "" : message.tag()) + ":" + key;
    }

    private @Nullable Object value(Root root, @Nullable Object[] arguments, Expression parsed) {
        try {
            return parsed.getValue(new MethodBasedEvaluationContext(root, method, arguments, NAMES));
        } catch (ExpressionException e) {
            throw new NonRetryableException(
                    "The message " + root.message().messageId() + " of topic '"
                            + root.message().topic() + "' has no key to be known by: '"
                            + parsed.getExpressionString() + "' fails: " + e.getMessage(),
                    e);
        }
    }
}
