package io.reliablemq.spring.idempotent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

class InMemoryIdempotencyStoreTest extends IdempotencyStoreContract {

    private final AtomicReference<Instant> now = new AtomicReference<>(Instant.EPOCH);
    private final InMemoryIdempotencyStore store =
            new InMemoryIdempotencyStore(50, Duration.ofHours(1), new Settable());

    @Override
    IdempotencyStore store() {
        return store;
    }

    @Test
    void forgetsTheOldestBeyondItsSize() throws Exception {
        for (int i = 0; i < 60; i++) {
            store.once("g", Set.of("m" + i), keys -> keys);
        }
        assertThat(store.size()).isEqualTo(50);
        List<String> again = new ArrayList<>();
        for (String key : List.of("m59", "m0")) {
            store.once("g", Set.of(key), keys -> {
                again.addAll(keys);
                return keys;
            });
        }
        assertThat(again).containsExactly("m0");
    }

    @Test
    void forgetsAfterTheRetention() throws Exception {
        store.once("g", Set.of("m"), keys -> keys);
        now.set(now.get().plus(Duration.ofMinutes(61)));

        assertThat(store.size()).isZero();
    }

    @Test
    void refusesLimitsThatKeepNothing() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new InMemoryIdempotencyStore(0, Duration.ofHours(1), Clock.systemUTC()));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new InMemoryIdempotencyStore(1, Duration.ZERO, Clock.systemUTC()));
    }

    private final class Settable extends Clock {
        @Override
        public ZoneId getZone() {
            return ZoneOffset.UTC;
        }

        @Override
        public Clock withZone(ZoneId zone) {
            return this;
        }

        @Override
        public Instant instant() {
            return now.get();
        }
    }
}
