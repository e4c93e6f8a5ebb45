package io.reliablemq.sample.board;

import io.reliablemq.sample.SampleProperties;
import io.reliablemq.sample.demo.DemoRun;
import io.reliablemq.sample.demo.DemoRuns;
import io.reliablemq.sample.tally.Tallies;
import io.reliablemq.sample.tally.Tally;
import java.util.List;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;

/** Reads the {@link Board}. */
@Repository
class BoardQuery {

    static final int MAX_ORDERS = 400;

    private final JdbcClient jdbc;
    private final Tallies tallies;
    private final DemoRuns runs;
    private final SampleProperties.Payment payment;

    BoardQuery(JdbcClient jdbc, Tallies tallies, DemoRuns runs, SampleProperties properties) {
        this.jdbc = jdbc;
        this.tallies = tallies;
        this.runs = runs;
        this.payment = properties.payment();
    }

    Board board() {
        Tally totals = tallies.ofAll();
        DemoRun run = runs.latest().orElse(null);
        return new Board(
                totals,
                totals.underWay(),
                payment.failureRate(),
                1 + payment.maxReconsumeTimes(),
                run,
                run == null ? null : runs.summary(run).orElse(null),
                newestOrders());
    }

    private List<Board.Line> newestOrders() {
        return jdbc.sql("""
                SELECT id, item, amount_cents, state, acknowledged_at IS NOT NULL AS acknowledged, placed_at, changed_at,
                       (SELECT COUNT(*) FROM charge_attempt a WHERE a.order_id = o.id) AS attempts,
                       (SELECT refusal FROM charge_attempt a WHERE a.order_id = o.id AND refusal IS NOT NULL
                         ORDER BY reconsume_times DESC LIMIT 1) AS refusal,
                       (SELECT name FROM parcel_step p WHERE p.order_id = o.id ORDER BY number DESC LIMIT 1) AS parcel,
                       EXISTS (SELECT 1 FROM review_request r WHERE r.order_id = o.id) AS review_asked
                  FROM orders o ORDER BY placed_at DESC, id DESC LIMIT :max""").param("max", MAX_ORDERS).query(Board.Line.class).list();
    }
}
