package io.reliablemq.broker.filter;

/** An expression cannot be read. The text says what is wrong with it, and where. */
public final class FilterSyntaxException extends RuntimeException {

    FilterSyntaxException(String expression, int position, String problem) {
        super("The expression \"" + expression + "\" cannot be read: " + problem + " at character " + (position + 1));
    }
}
