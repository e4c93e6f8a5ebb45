package io.reliablemq.sample.demo;

import io.reliablemq.sample.tally.Tally;
import java.time.Clock;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;
import org.springframework.transaction.annotation.Transactional;

/** The runs in the database. */
@Repository
public class DemoRuns {

    private final JdbcClient jdbc;
    private final Clock clock;

    DemoRuns(JdbcClient jdbc, Clock clock) {
        this.jdbc = jdbc;
        this.clock = clock;
    }

    /** The run that a former process left unfinished, or else a new one with that many orders. */
    @Transactional
    public DemoRun unfinishedOrNew(int orders) {
        return jdbc.sql("SELECT number, orders FROM demo_run WHERE ended_at IS NULL ORDER BY number LIMIT 1")
                .query(DemoRun.class)
                .optional()
                .orElseGet(() -> begin(orders));
    }

    private DemoRun begin(int orders) {
        int number = jdbc.sql("SELECT COALESCE(MAX(number), 0) + 1 FROM demo_run")
                .query(Integer.class)
                .single();
        jdbc.sql("INSERT INTO demo_run (number, orders, started_at) VALUES (:number, :orders, :now)")
                .param("number", number)
                .param("orders", orders)
                .param("now", clock.instant())
                .update();
        return new DemoRun(number, orders);
    }

    /** Ids of the run's orders that are in the database. */
    Set<String> placedIds(DemoRun run) {
        return jdbc
                .sql("SELECT id FROM orders WHERE id LIKE :ids")
                .param("ids", run.idPrefix() + "%")
                .query(String.class)
                .stream()
                .collect(Collectors.toUnmodifiableSet());
    }

    @Transactional
    public void end(DemoRun run, Tally tally) {
        jdbc.sql("UPDATE demo_run SET ended_at = :now, summary = :summary WHERE number = :number")
                .param("number", run.number())
                .param("summary", tally.toString())
                .param("now", clock.instant())
                .update();
    }

    /** The newest run. */
    public Optional<DemoRun> latest() {
        return jdbc.sql("SELECT number, orders FROM demo_run ORDER BY number DESC LIMIT 1")
                .query(DemoRun.class)
                .optional();
    }

    /** What became of a run that has ended. */
    public Optional<String> summary(DemoRun run) {
        return jdbc.sql("SELECT summary FROM demo_run WHERE number = :number AND summary IS NOT NULL")
                .param("number", run.number())
                .query(String.class)
                .optional();
    }
}
