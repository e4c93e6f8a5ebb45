package io.reliablemq.broker.filter;

import java.util.ArrayList;
import java.util.List;

/** Cuts an expression into its tokens. Pure function. */
final class SqlTokens {

    enum Kind {
        /** A word: a keyword or the name of a property. */
        WORD,
        NUMBER,
        TEXT,
        SYMBOL,
        END
    }

    /** @param text without quotes */
    record Token(Kind kind, String text, int position) {

        boolean is(String word) {
            return (kind == Kind.WORD || kind == Kind.SYMBOL) && text.equalsIgnoreCase(word);
        }
    }

    private final String expression;
    private final List<Token> tokens = new ArrayList<>();
    private int position;

    private SqlTokens(String expression) {
        this.expression = expression;
    }

    static List<Token> of(String expression) {
        SqlTokens tokens = new SqlTokens(expression);
        tokens.cut();
        return tokens.tokens;
    }

    private void cut() {
        while (position < expression.length()) {
            char c = expression.charAt(position);
            if (Character.isWhitespace(c)) {
                position++;
            } else if (isNameStart(c)) {
                take(Kind.WORD, end(SqlTokens::isNamePart));
            } else if (isDigit(c) || c == '.' && isDigit(at(position + 1))) {
                take(Kind.NUMBER, end(each -> isDigit(each) || each == '.'));
            } else if (c == '\'') {
                text();
            } else {
                symbol(c);
            }
        }
        tokens.add(new Token(Kind.END, "", position));
    }

    private interface CharTest {
        boolean test(char c);
    }

    private int end(CharTest part) {
        int end = position;
        while (end < expression.length() && part.test(expression.charAt(end))) {
            end++;
        }
        return end;
    }

    private void take(Kind kind, int end) {
        tokens.add(new Token(kind, expression.substring(position, end), position));
        position = end;
    }

    /** A quote within a text is written twice. */
    private void text() {
        int start = position;
        StringBuilder text = new StringBuilder();
        for (int i = position + 1; i < expression.length(); i++) {
            char c = expression.charAt(i);
            if (c == '\'' && at(i + 1) == '\'') {
                i++;
            } else if (c == '\'') {
                tokens.add(new Token(Kind.TEXT, text.toString(), start));
                position = i + 1;
                return;
            }
            text.append(c);
        }
        throw new FilterSyntaxException(expression, start, "a text has no closing quote; it begins");
    }

    private void symbol(char c) {
        String two = expression.substring(position, Math.min(position + 2, expression.length()));
        if (List.of("<=", ">=", "<>", "!=").contains(two)) {
            take(Kind.SYMBOL, position + 2);
        } else if ("=<>(),-+".indexOf(c) >= 0) {
            take(Kind.SYMBOL, position + 1);
        } else {
            throw new FilterSyntaxException(expression, position, "'" + c + "' is not expected");
        }
    }

    private char at(int index) {
        return index < expression.length() ? expression.charAt(index) : '\0';
    }

    private static boolean isDigit(char c) {
        return c >= '0' && c <= '9';
    }

    private static boolean isNameStart(char c) {
        return Character.isLetter(c) || c == '_' || c == '$';
    }

    private static boolean isNamePart(char c) {
        return isNameStart(c) || Character.isDigit(c);
    }
}
