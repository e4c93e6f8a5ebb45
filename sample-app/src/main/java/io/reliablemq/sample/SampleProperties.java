package io.reliablemq.sample;

import java.nio.file.Path;
import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * Settings of the order service.
 *
 * @param dataDir Folder of the database and of the embedded broker.
 * @param resendAfter Age from which an order whose send was not acknowledged is sent again; longer than the send
 *     time-out of the producer, so that no send is still under way.
 * @param lostAfter Time without any news after which an acknowledged order that has not reached its end counts as lost;
 *     longer than the longest delay between two attempts.
 * @param reviewAfter Time from shipping an order to asking the customer for a review.
 * @param payment settings of the payment
 * @param demo settings of the demonstration
 */
@ConfigurationProperties("sample")
public record SampleProperties(
        @DefaultValue("./sample-data") Path dataDir,
        @DefaultValue("30s") Duration resendAfter,
        @DefaultValue("60s") Duration lostAfter,
        @DefaultValue("5s") Duration reviewAfter,
        @DefaultValue Payment payment,
        @DefaultValue Demo demo) {

    public SampleProperties {
        requirePositive("sample.resend-after", resendAfter);
        requirePositive("sample.lost-after", lostAfter);
        requirePositive("sample.review-after", reviewAfter);
    }

    /**
     * Settings of the payment.
     *
     * @param failureRate Share of charges that the payment gateway refuses at random, from 0 to 1.
     * @param maxReconsumeTimes Retries of a payment before its message becomes a dead letter.
     */
    public record Payment(
            @DefaultValue("0.35") double failureRate,
            @DefaultValue("3") int maxReconsumeTimes) {

        public Payment {
            if (!(failureRate >= 0 && failureRate <= 1)) {
                throw new IllegalArgumentException(
                        "sample.payment.failure-rate is " + failureRate + "; it must be between 0 and 1");
            }
            if (maxReconsumeTimes < 0) {
                throw new IllegalArgumentException(
                        "sample.payment.max-reconsume-times is " + maxReconsumeTimes + "; it must not be negative");
            }
        }
    }

    /**
     * Settings of the demonstration.
     *
     * @param enabled Whether to place orders at start.
     * @param orders Orders of one run.
     * @param ordersPerSecond Orders placed in a second.
     * @param threads Threads that place orders.
     */
    public record Demo(
            @DefaultValue("true") boolean enabled,
            @DefaultValue("200") int orders,
            @DefaultValue("20") int ordersPerSecond,
            @DefaultValue("4") int threads) {

        public Demo {
            requireAtLeastOne("sample.demo.orders", orders);
            requireAtLeastOne("sample.demo.orders-per-second", ordersPerSecond);
            requireAtLeastOne("sample.demo.threads", threads);
        }
    }

    private static void requirePositive(String name, Duration value) {
        if (value.isNegative() || value.isZero()) {
            throw new IllegalArgumentException(name + " is " + value + "; it must be longer than 0");
        }
    }

    private static void requireAtLeastOne(String name, int value) {
        if (value < 1) {
            throw new IllegalArgumentException(name + " is " + value + "; it must be at least 1");
        }
    }
}
