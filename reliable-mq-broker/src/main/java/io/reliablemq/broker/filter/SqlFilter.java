package io.reliablemq.broker.filter;

import java.util.Map;

/** A compiled expression. Immutable. */
public final class SqlFilter {

    /** Longer expressions are refused. */
    public static final int MAX_LENGTH = 8_192;

    private final String expression;
    private final Condition condition;

    private SqlFilter(String expression, Condition condition) {
        this.expression = expression;
        this.condition = condition;
    }

    /** @throws FilterSyntaxException if the expression cannot be read, or is too long or too deep */
    public static SqlFilter compile(String expression) {
        if (expression.length() > MAX_LENGTH) {
            throw new FilterSyntaxException(
                    expression.substring(0, 40) + "...",
                    MAX_LENGTH,
                    "it has " + expression.length() + " characters, and at most " + MAX_LENGTH + " are allowed,");
        }
        return new SqlFilter(expression, new SqlParser(expression).parse());
    }

    /** Whether the expression is true for these properties; where it is unknown, as for a missing property, it is not. */
    public boolean matches(Map<String, String> properties) {
        return condition.test(properties) == Truth.TRUE;
    }

    @Override
    public String toString() {
        return expression;
    }
}
