package io.reliablemq.sample.tally;

import io.reliablemq.sample.SampleProperties;
import java.time.Clock;
import java.time.Instant;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;

/** Makes {@link Tally tallies}. */
@Repository
public class Tallies {

    private final JdbcClient jdbc;
    private final SampleProperties properties;
    private final Clock clock;
    private final Instant startedAt;

    Tallies(JdbcClient jdbc, SampleProperties properties, Clock clock) {
        this.jdbc = jdbc;
        this.properties = properties;
        this.clock = clock;
        this.startedAt = clock.instant();
    }

    public Tally ofAll() {
        return of("%");
    }

    /** Of the orders whose id begins so. */
    public Tally ofIdsBeginning(String prefix) {
        return of(prefix + "%");
    }

    private Tally of(String ids) {
        return jdbc.sql("""
                SELECT COUNT(*) AS placed,
                       COUNT(acknowledged_at) AS sent,
                       COUNT(CASE WHEN state = 'SHIPPED' THEN 1 END) AS consumed,
                       (SELECT COUNT(*) FROM charge_attempt
                         WHERE order_id LIKE :ids AND reconsume_times > 0) AS retried,
                       COUNT(CASE WHEN state = 'DEAD' THEN 1 END) AS dead,
                       COUNT(CASE WHEN state IN ('PLACED', 'PAID') AND acknowledged_at IS NOT NULL
                                   AND changed_at < :silentSince THEN 1 END) AS lost
                  FROM orders WHERE id LIKE :ids""")
                .param("ids", ids)
                .param("silentSince", silentSince())
                .query(Tally.class)
                .single();
    }

    /** Silence counts from the start of the process on: while it did not run there could be no news. */
    private Instant silentSince() {
        Instant now = clock.instant();
        Instant since = now.minus(properties.lostAfter());
        return since.isBefore(startedAt) ? Instant.EPOCH : since;
    }
}
