package io.reliablemq.broker.filter;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** Expressions that were compiled before, so that a pull need not. Thread-safe. */
public final class SqlFilters {

    /** Beyond this all are forgotten: there are never that many subscriptions, unless somebody makes them up. */
    private static final int MOST = 1_000;

    private final Map<String, SqlFilter> compiled = new ConcurrentHashMap<>();

    /** @throws FilterSyntaxException see {@link SqlFilter#compile} */
    public SqlFilter get(String expression) {
        SqlFilter known = compiled.get(expression);
        if (known != null) {
            return known;
        }
        SqlFilter filter = SqlFilter.compile(expression);
        if (compiled.size() >= MOST) {
            compiled.clear();
        }
        compiled.put(expression, filter);
        return filter;
    }
}
