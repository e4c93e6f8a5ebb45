package io.reliablemq.spring.idempotent;

import java.util.Locale;
import java.util.regex.Pattern;

/**
 * The statements on the table of marks, in the database's dialect. A mark that exists must not be an error where an error ends
 * the transaction.
 *
 * @param insert answers with 0 rows if the mark exists, or fails with a duplicate key where that leaves the transaction usable
 */
record MarkStatements(String insert, String delete, String deleteOld, String selectOld, String probe) {

    private static final Pattern TABLE = Pattern.compile("[A-Za-z_][A-Za-z0-9_$]*(\\.[A-Za-z_][A-Za-z0-9_$]*)?");

    /** @throws IllegalArgumentException if the table has a name that cannot stand in a statement as it is */
    static String requireTable(String table) {
        if (!TABLE.matcher(table).matches()) {
            throw new IllegalArgumentException("The table name '" + table
                    + "' is not usable: it consists of letters, digits and underscores, with the name of a schema and a dot"
                    + " before it where needed");
        }
        return table;
    }

    /** @param database product name as its driver gives it */
    static MarkStatements of(String database, String table) {
        String columns = table + " (consumer_group, message_key, handled_at) VALUES (?, ?, ?)";
        String insert = switch (database.toLowerCase(Locale.ROOT)) {
            case "postgresql" -> "INSERT INTO " + columns + " ON CONFLICT DO NOTHING";
            case "mysql", "mariadb" -> "INSERT IGNORE INTO " + columns;
            default -> "INSERT INTO " + columns;
        };
        String one = " WHERE consumer_group = ? AND message_key = ?";
        return new MarkStatements(
                insert,
                "DELETE FROM " + table + one,
                "DELETE FROM " + table + one + " AND handled_at < ?",
                "SELECT consumer_group, message_key FROM " + table + " WHERE handled_at < ? ORDER BY handled_at",
                "SELECT consumer_group, message_key, handled_at FROM " + table + " WHERE 1 = 0");
    }
}
