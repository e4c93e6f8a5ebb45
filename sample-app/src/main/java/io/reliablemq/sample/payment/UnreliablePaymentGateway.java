package io.reliablemq.sample.payment;

import io.reliablemq.sample.SampleProperties;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import org.springframework.stereotype.Component;

/** Stands in for a payment provider on a bad day: refuses a share of all charges at random. */
@Component
class UnreliablePaymentGateway implements PaymentGateway {

    private static final List<String> EXCUSES = List.of(
            "the bank did not answer in time",
            "the provider is over its rate limit",
            "the card network is unavailable");

    private final double failureRate;

    UnreliablePaymentGateway(SampleProperties properties) {
        this.failureRate = properties.payment().failureRate();
    }

    @Override
    public void charge(String orderId, long amountCents) {
        ThreadLocalRandom random = ThreadLocalRandom.current();
        if (random.nextDouble() < failureRate) {
            throw new PaymentRefusedException(orderId, EXCUSES.get(random.nextInt(EXCUSES.size())));
        }
    }
}
