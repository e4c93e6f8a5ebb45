package io.reliablemq.sample.order;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * An order as it stands in the database.
 *
 * @param acknowledgedAt when the broker had its message safe; null as long as that is not known
 */
public record Order(
        String id,
        String item,
        long amountCents,
        OrderState state,
        Instant placedAt,
        @Nullable Instant acknowledgedAt) {}
