package io.reliablemq.spring.listener;

import io.reliablemq.client.api.ReceivedMessage;

/**
 * Takes the messages whose properties fulfil an SQL92 expression. The broker evaluates it, so that of its topic the group
 * receives nothing else, and nobody here could tell which of two expressions a message has fulfilled.
 */
public record SqlSelector(String expression) implements MessageSelector {

    /** @throws IllegalArgumentException if there is no expression */
    public SqlSelector {
        expression = expression.strip();
        if (expression.isEmpty()) {
            throw new IllegalArgumentException(
                    "The SQL92 expression is empty; give one, for instance \"amount > 100 AND region = 'EU'\"");
        }
    }

    @Override
    public boolean takes(ReceivedMessage message) {
        return true;
    }

    @Override
    public boolean overlaps(MessageSelector other) {
        return true;
    }

    @Override
    public String toString() {
        return "SQL92 " + expression;
    }
}
