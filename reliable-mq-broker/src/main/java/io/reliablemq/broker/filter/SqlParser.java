package io.reliablemq.broker.filter;

import io.reliablemq.broker.filter.SqlTokens.Kind;
import io.reliablemq.broker.filter.SqlTokens.Token;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.BiPredicate;
import java.util.function.IntPredicate;
import org.jspecify.annotations.Nullable;

/**
 * Reads an expression, from left to right, without going back:
 *
 * <pre>
 * or         = and { OR and }
 * and        = not { AND not }
 * not        = NOT not | "(" or ")" | comparison
 * comparison = operand [ ( = | &lt;&gt; | != | &lt; | &lt;= | &gt; | &gt;= ) operand
 *                      | [NOT] BETWEEN operand AND operand
 *                      | [NOT] IN "(" operand { "," operand } ")"
 *                      | [NOT] ( CONTAINS | STARTSWITH | ENDSWITH ) text
 *                      | IS [NOT] NULL ]
 * operand    = name | text | [+|-] number | TRUE | FALSE | NULL
 * </pre>
 *
 * <p>Bounded: depth of nesting and number of operands. Used once, by one thread.
 */
final class SqlParser {

    private static final int MAX_DEPTH = 64;
    private static final int MAX_OPERANDS = 1_024;

    private static final Map<String, IntPredicate> COMPARISONS = Map.of(
            "=", order -> order == 0,
            "<>", order -> order != 0,
            "!=", order -> order != 0,
            "<", order -> order < 0,
            "<=", order -> order <= 0,
            ">", order -> order > 0,
            ">=", order -> order >= 0);

    private static final Map<String, BiPredicate<String, String>> TEXT_TESTS =
            Map.of("CONTAINS", String::contains, "STARTSWITH", String::startsWith, "ENDSWITH", String::endsWith);

    private static final Set<String> KEYWORDS =
            Set.of("AND", "OR", "NOT", "BETWEEN", "IN", "IS", "CONTAINS", "STARTSWITH", "ENDSWITH");

    private final String expression;
    private final List<Token> tokens;
    private int next;
    private int depth;
    private int operands;

    SqlParser(String expression) {
        this.expression = expression;
        this.tokens = SqlTokens.of(expression);
    }

    Condition parse() {
        Condition condition = or();
        if (peek().kind() != Kind.END) {
            throw problem("'" + peek().text() + "' is not expected");
        }
        return condition;
    }

    private Condition or() {
        if (++depth > MAX_DEPTH) {
            throw problem("it is nested more than " + MAX_DEPTH + " deep");
        }
        Condition condition = and();
        while (skip("OR")) {
            condition = Condition.or(condition, and());
        }
        depth--;
        return condition;
    }

    private Condition and() {
        Condition condition = not();
        while (skip("AND")) {
            condition = Condition.and(condition, not());
        }
        return condition;
    }

    private Condition not() {
        boolean negated = false;
        while (skip("NOT")) {
            negated = !negated;
        }
        Condition condition;
        if (skip("(")) {
            condition = or();
            expect(")");
        } else {
            condition = comparison();
        }
        return negated ? Condition.not(condition) : condition;
    }

    private Condition comparison() {
        Operand left = operand();
        Token token = peek();
        IntPredicate comparison = token.kind() == Kind.SYMBOL ? COMPARISONS.get(token.text()) : null;
        if (comparison != null) {
            next++;
            return Condition.compare(left, operand(), comparison);
        }
        if (skip("IS")) {
            boolean negated = skip("NOT");
            expect("NULL");
            return negated ? Condition.not(Condition.isNull(left)) : Condition.isNull(left);
        }
        boolean negated = skip("NOT");
        Condition condition = test(left);
        if (condition == null) {
            if (negated) {
                throw problem("BETWEEN, IN, CONTAINS, STARTSWITH or ENDSWITH is expected");
            }
            return Condition.isTrue(left);
        }
        return negated ? Condition.not(condition) : condition;
    }

    private @Nullable Condition test(Operand left) {
        if (skip("BETWEEN")) {
            Operand low = operand();
            expect("AND");
            return Condition.between(left, low, operand());
        }
        if (skip("IN")) {
            return Condition.in(left, list());
        }
        for (Map.Entry<String, BiPredicate<String, String>> each : TEXT_TESTS.entrySet()) {
            if (skip(each.getKey())) {
                return Condition.text(left, text(), each.getValue());
            }
        }
        return null;
    }

    private List<Operand> list() {
        expect("(");
        List<Operand> list = new ArrayList<>();
        do {
            list.add(operand());
        } while (skip(","));
        expect(")");
        return list;
    }

    private String text() {
        Token token = tokens.get(next);
        if (token.kind() != Kind.TEXT) {
            throw problem("a text in single quotes is expected");
        }
        next++;
        return token.text();
    }

    private Operand operand() {
        if (++operands > MAX_OPERANDS) {
            throw problem("it has more than " + MAX_OPERANDS + " operands");
        }
        boolean negative = skip("-");
        boolean signed = negative || skip("+");
        Token token = peek();
        if (token.kind() == Kind.NUMBER) {
            next++;
            return Operand.constant(number(token, negative));
        }
        if (signed) {
            throw problem("a number is expected");
        }
        if (token.kind() == Kind.TEXT) {
            next++;
            return Operand.constant(token.text());
        }
        if (token.kind() != Kind.WORD || KEYWORDS.contains(token.text().toUpperCase(Locale.ROOT))) {
            throw problem("a property, a text in single quotes or a number is expected");
        }
        next++;
        return switch (token.text().toUpperCase(Locale.ROOT)) {
            case "TRUE" -> Operand.constant(true);
            case "FALSE" -> Operand.constant(false);
            case "NULL" -> Operand.constant(null);
            default -> Operand.property(token.text());
        };
    }

    private Object number(Token token, boolean negative) {
        BigDecimal number = Operand.number(token.text());
        if (number == null) {
            throw new FilterSyntaxException(
                    expression, token.position(), "'" + token.text() + "' is no number that can be compared");
        }
        return negative ? number.negate() : number;
    }

    private Token peek() {
        return tokens.get(next);
    }

    private boolean skip(String word) {
        if (peek().is(word)) {
            next++;
            return true;
        }
        return false;
    }

    private void expect(String word) {
        if (!skip(word)) {
            throw problem(word + " is expected");
        }
    }

    private FilterSyntaxException problem(String text) {
        return new FilterSyntaxException(expression, peek().position(), text);
    }
}
