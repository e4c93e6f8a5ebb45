package io.reliablemq.spring.outbox;

import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.jdbc.BadSqlGrammarException;

/** How the relay of this instance is doing. Written by its thread, read by any. */
final class RelayStatus {

    private static final Logger log = LoggerFactory.getLogger(OutboxRelay.class);

    private final AtomicLong sent = new AtomicLong();
    private final AtomicLong failed = new AtomicLong();
    private final AtomicLong parked = new AtomicLong();
    private volatile int lanes;
    private volatile String problem = "";

    void sent(int count) {
        sent.addAndGet(count);
    }

    void failed() {
        failed.incrementAndGet();
    }

    void parked() {
        parked.incrementAndGet();
    }

    void lanes(int count) {
        this.lanes = count;
    }

    void databaseAnswers() {
        if (!problem.isEmpty()) {
            problem = "";
            log.info("The database of the outbox answers again");
        }
    }

    void databaseFails(Exception error) {
        boolean first = problem.isEmpty();
        String advice = error instanceof BadSqlGrammarException
                ? ". If the tables are missing, make them with the script schema-PLATFORM.sql beside io.reliablemq.spring.outbox,"
                        + " or set reliable-mq.outbox.initialize-schema to always"
                : "";
        problem = "the database does not answer as it should: " + error.getMessage() + advice;
        if (first) {
            log.warn("The outbox sends nothing, since {}. It tries again every second", problem, error);
        }
    }

    long sent() {
        return sent.get();
    }

    long failedSends() {
        return failed.get();
    }

    long parkedMessages() {
        return parked.get();
    }

    int lanes() {
        return lanes;
    }

    String problem() {
        return problem;
    }
}
