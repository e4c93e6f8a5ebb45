package io.reliablemq.spring.autoconfigure;

import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.jdbc.init.DatabaseInitializationProperties;

/** The settings {@code reliable-mq.outbox.*}. */
@ConfigurationProperties("reliable-mq.outbox")
public class OutboxProperties extends DatabaseInitializationProperties {

    private static final String DEFAULT_SCHEMA_LOCATION =
            "classpath:io/reliablemq/spring/outbox/schema-@@platform@@.sql";

    /** Whether messages can be taken down in a table within a transaction, and are sent from there. */
    private boolean enabled = false;

    /** Prefix of the names of the three tables. Another one needs tables that were made by hand. */
    private String tablePrefix = "reliable_mq_";

    /** Messages that may wait in the table or be parked there, before senders are refused. */
    private long maxRows = 100_000;

    /** Time that sent messages are kept in the table, without body and max-rows at the most. They are deleted at once with 0. */
    private Duration retention = Duration.ZERO;

    private final Relay relay = new Relay();

    @Override
    public String getDefaultSchemaLocation() {
        return DEFAULT_SCHEMA_LOCATION;
    }

    public boolean isEnabled() {
        return enabled;
    }

    public void setEnabled(boolean enabled) {
        this.enabled = enabled;
    }

    public String getTablePrefix() {
        return tablePrefix;
    }

    public void setTablePrefix(String tablePrefix) {
        this.tablePrefix = tablePrefix;
    }

    public long getMaxRows() {
        return maxRows;
    }

    public void setMaxRows(long maxRows) {
        this.maxRows = maxRows;
    }

    public Duration getRetention() {
        return retention;
    }

    public void setRetention(Duration retention) {
        this.retention = retention;
    }

    public Relay getRelay() {
        return relay;
    }

    /** Settings of sending what is in the table. */
    public static class Relay {

        /** Whether this application instance sends what is in the table. */
        private boolean enabled = true;

        /** Time between two looks for messages that other instances have taken down. Its own are sent at once. */
        private Duration pollInterval = Duration.ofMillis(500);

        /** Time after which an instance that is not heard of is taken for dead, and others send in its place. */
        private Duration lease = Duration.ofSeconds(30);

        /** Messages that are on their way at once. */
        private int maxInFlight = 64;

        /** Time before a message is sent again whose send has failed. It doubles up to longest-pause. */
        private Duration firstPause = Duration.ofSeconds(1);

        /** Longest time between two sends of a message. */
        private Duration longestPause = Duration.ofSeconds(30);

        public boolean isEnabled() {
            return enabled;
        }

        public void setEnabled(boolean enabled) {
            this.enabled = enabled;
        }

        public Duration getPollInterval() {
            return pollInterval;
        }

        public void setPollInterval(Duration pollInterval) {
            this.pollInterval = pollInterval;
        }

        public Duration getLease() {
            return lease;
        }

        public void setLease(Duration lease) {
            this.lease = lease;
        }

        public int getMaxInFlight() {
            return maxInFlight;
        }

        public void setMaxInFlight(int maxInFlight) {
            this.maxInFlight = maxInFlight;
        }

        public Duration getFirstPause() {
            return firstPause;
        }

        public void setFirstPause(Duration firstPause) {
            this.firstPause = firstPause;
        }

        public Duration getLongestPause() {
            return longestPause;
        }

        public void setLongestPause(Duration longestPause) {
            this.longestPause = longestPause;
        }
    }
}
