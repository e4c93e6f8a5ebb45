package io.reliablemq.broker.filter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SqlFilterTest {

    private static final Map<String, String> PROPERTIES = Map.of(
            "amount",
            "100",
            "price",
            "2.50",
            "region",
            "EU",
            "name",
            "O'Neill",
            "vip",
            "true",
            "negative",
            "-3",
            "TAGS",
            "A");

    @ParameterizedTest
    @ValueSource(
            strings = {
                "amount = 100",
                "amount = 100.0",
                "amount <> 99",
                "amount != 99",
                "amount > 99 AND amount < 101",
                "amount >= 100 and amount <= 100",
                "amount BETWEEN 1 AND 100",
                "amount NOT BETWEEN 101 AND 200",
                "price > 2.4",
                "negative = -3",
                "negative < +0",
                "region = 'EU'",
                "'EU' = region",
                "region IN ('US', 'EU')",
                "region NOT IN ('US')",
                "name = 'O''Neill'",
                "name CONTAINS 'Neil'",
                "name STARTSWITH 'O'",
                "name NOT ENDSWITH 'x'",
                "missing IS NULL",
                "region IS NOT NULL",
                "vip",
                "vip = TRUE",
                "NOT vip = FALSE",
                "TRUE",
                "missing = 1 OR region = 'EU'",
                "NOT (region = 'US' AND missing = 1)",
                "TAGS IS NOT NULL AND TAGS IN ('A', 'B') AND (amount IS NOT NULL AND amount BETWEEN 0 AND 100)",
                // AND binds closer than OR.
                "region = 'EU' OR region = 'US' AND amount = 0"
            })
    void isTrue(String expression) {
        assertThat(SqlFilter.compile(expression).matches(PROPERTIES)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "amount > 100",
                "region = 'eu'",
                "region > 5",
                "missing = 1",
                "NOT missing = 1",
                "missing <> 1",
                "missing NOT IN (1)",
                "missing",
                "region",
                "amount = NULL",
                "region IS NULL",
                "missing = 1 AND region = 'EU'",
                "FALSE",
                "(region = 'EU' OR region = 'US') AND amount = 0"
            })
    void isNotTrue(String expression) {
        assertThat(SqlFilter.compile(expression).matches(PROPERTIES)).isFalse();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "''; 1",
                "a >; 4",
                "a = 'x; 5",
                "a = 1 b; 7",
                "a BETWEEN 1; 12",
                "(a = 1; 7",
                "a IN (); 7",
                "a = 1 AND; 10",
                "a # 1; 3",
                "a NOT 1; 7",
                "1.2.3 = a; 1",
                "a = - 'x'; 7"
            })
    void refusesWhatItCannotReadAndSaysWhere(String expression, int character) {
        assertThatThrownBy(() -> SqlFilter.compile(expression))
                .isInstanceOf(FilterSyntaxException.class)
                .hasMessageContaining("at character " + character);
    }

    @Test
    void isBounded() {
        assertThatThrownBy(() -> SqlFilter.compile("(".repeat(1_000) + "a = 1" + ")".repeat(1_000)))
                .hasMessageContaining("nested");
        assertThatThrownBy(() -> SqlFilter.compile("a IN (1" + ", 1".repeat(2_000) + ")"))
                .hasMessageContaining("operands");
        assertThatThrownBy(() -> SqlFilter.compile("a = '" + "x".repeat(10_000) + "'"))
                .hasMessageContaining("8192");
        // A number of a billion digits in ten characters.
        assertThat(SqlFilter.compile("a > 1").matches(Map.of("a", "1e1000000000")))
                .isFalse();
    }

    @Property
    void comparesNumbersAsNumbers(@ForAll int a, @ForAll int b) {
        Map<String, String> properties = Map.of("a", Integer.toString(a), "b", Integer.toString(b));

        assertThat(SqlFilter.compile("a < " + b).matches(properties)).isEqualTo(a < b);
        assertThat(SqlFilter.compile("a BETWEEN " + Math.min(a, b) + " AND " + Math.max(a, b))
                        .matches(properties))
                .isTrue();
        assertThat(SqlFilter.compile("NOT a = " + b).matches(properties)).isEqualTo(a != b);
    }

    /** Whatever somebody sends: it is compiled, or refused in one way. */
    @Property(tries = 5_000)
    void compilesOrRefuses(@ForAll("expressions") String expression) {
        try {
            SqlFilter.compile(expression).matches(PROPERTIES);
        } catch (FilterSyntaxException e) {
            assertThat(e).hasMessageContaining("at character");
        }
    }

    @Provide
    Arbitrary<String> expressions() {
        Arbitrary<String> words = Arbitraries.of(
                "a",
                "amount",
                "AND",
                "OR",
                "NOT",
                "(",
                ")",
                "=",
                "<>",
                "<",
                "'x'",
                "1",
                "-",
                "IN",
                ",",
                "BETWEEN",
                "IS",
                "NULL",
                "CONTAINS",
                "'",
                "#",
                "TRUE");
        return words.list().ofMaxSize(15).map(list -> String.join(" ", list));
    }
}
