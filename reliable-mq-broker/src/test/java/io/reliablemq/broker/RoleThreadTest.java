package io.reliablemq.broker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.reliablemq.broker.role.RoleChangeException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class RoleThreadTest {

    private static final Duration PATIENCE = Duration.ofSeconds(10);

    /** Long enough for a change to begin. */
    private static final Duration BOUND = Duration.ofSeconds(1);

    private final CompletableFuture<Throwable> reported = new CompletableFuture<>();
    private final RoleThread thread = new RoleThread((where, error) -> reported.complete(error));

    @BeforeEach
    void begin() {
        thread.begin();
    }

    @AfterEach
    void stop() {
        thread.close();
    }

    @Test
    void whatFailsWhenNobodyWaitsForItAnyMoreIsReported() throws Exception {
        CompletableFuture<Void> late = new CompletableFuture<>();
        RoleChangeException failure = new RoleChangeException("the slave has not answered");
        CompletableFuture<Void> waiter = CompletableFuture.runAsync(() -> assertThatThrownBy(() -> thread.run(
                        () -> {
                            late.join();
                            throw failure;
                        },
                        BOUND))
                .isInstanceOf(RoleChangeException.class)
                .hasMessageContaining("1000 ms"));

        waiter.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
        late.complete(null);

        assertThat(reported).succeedsWithin(PATIENCE).isSameAs(failure);
    }

    @Test
    void whatFailsIsToldToWhoeverWaitsForItAndToNobodyElse() {
        RoleChangeException failure = new RoleChangeException("there is no slave");

        assertThatThrownBy(() -> thread.run(
                        () -> {
                            throw failure;
                        },
                        PATIENCE))
                .isSameAs(failure);

        thread.close();
        assertThat(reported).isNotDone();
    }
}
