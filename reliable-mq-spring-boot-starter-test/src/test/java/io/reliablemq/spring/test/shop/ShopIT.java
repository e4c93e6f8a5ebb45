package io.reliablemq.spring.test.shop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

import io.reliablemq.protocol.command.ResponseCode;
import io.reliablemq.spring.embedded.EmbeddedBroker;
import io.reliablemq.spring.test.BrokerFaults;
import io.reliablemq.spring.test.EmbeddedReliableMq;
import io.reliablemq.spring.test.HeldAnswers;
import io.reliablemq.spring.test.ReliableMqTestTemplate;
import io.reliablemq.spring.test.VirtualClock;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;

// tag::class[]
@SpringBootTest
@EmbeddedReliableMq
class ShopIT {

    @Autowired
    ReliableMqTestTemplate mq;

    @Autowired
    VirtualClock clock;

    @Autowired
    BrokerFaults faults;

    // end::class[]

    @Autowired
    EmbeddedBroker broker;

    @Autowired
    Checkout checkout;

    @Autowired
    Billing billing;

    @BeforeEach
    void forget() {
        billing.forget();
    }

    // tag::received[]
    @Test
    void sendsAnInvoiceForEveryOrder() {
        checkout.place(new Order("o-1", 5));
        checkout.place(new Order("o-2", 7));

        assertThat(mq.topic("orders")).hasReceivedPayloads(new Order("o-1", 5), new Order("o-2", 7));
        assertThat(mq.topic("invoices")).within(Duration.ofSeconds(5)).hasReceived(2);
        assertThat(mq.topic("invoices")).hasReceivedPayload("invoice for o-1");
        assertThat(mq.group("billing")).hasFinishedEverything().hasNoDeadLetters();
    }
    // end::received[]

    @Test
    void doesNotSeeWhatOtherTestsHaveSent() {
        assertThat(mq.topic("orders")).hasReceivedNothing();
        checkout.place(new Order("o-1", 5));

        assertThat(mq.topic("orders")).hasReceived(1);
        assertThat(mq.topic("orders")).hasReceivedMessage(message -> {
            assertThat(message.tag()).isEqualTo("created");
            assertThat(message.topic()).isEqualTo("orders");
        });
        assertThat(mq.group("billing")).hasFinishedEverything();
    }

    // tag::retry[]
    @Test
    void chargesAgainAfterTheRetryDelay() {
        clock.freeze();
        billing.failNextAttempts(1);
        checkout.place(new Order("o-1", 5));

        mq.awaitWaiting(1);
        assertThat(mq.topic("invoices")).hasReceivedNothing();

        clock.advance(Duration.ofSeconds(10));
        assertThat(mq.topic("invoices")).hasReceived(1);
        assertThat(billing.attempts()).hasSize(2);
    }
    // end::retry[]

    @Test
    void hasNotFinishedWhatWaitsForAnotherAttempt() {
        clock.freeze();
        billing.failNextAttempts(1);
        checkout.place(new Order("o-1", 5));
        mq.awaitWaiting(1);
        // The message itself is passed a moment after its copy has begun to wait.
        await().untilAsserted(() -> assertThat(broker.figures())
                .filteredOn(figure -> figure.name().equals("reliable.mq.broker.group.lag")
                        && "billing".equals(figure.tags().get("group")))
                .allMatch(figure -> figure.value() == 0));

        assertThat(mq.group("billing").unfinished()).isEqualTo(1);
        assertThatExceptionOfType(AssertionError.class)
                .isThrownBy(() -> assertThat(mq.group("billing"))
                        .within(Duration.ofMillis(50))
                        .hasFinishedEverything())
                .withMessageContaining("has not finished 1");

        clock.advance(Duration.ofSeconds(10));
        assertThat(mq.group("billing")).hasFinishedEverything();
        assertThat(billing.attempts()).hasSize(2);
    }

    // tag::dead[]
    @Test
    void givesAnOrderUpThatCanNeverBeCharged() {
        billing.failNextAttempts(Integer.MAX_VALUE);
        checkout.place(new Order("o-1", 5));

        mq.advanceUntilGivenUp("billing", 1);

        assertThat(billing.attempts()).hasSize(16);
        assertThat(mq.group("billing"))
                .hasDeadLetters(1)
                .deadLetters()
                .first()
                .satisfies(letter -> assertThat(letter.originalTopic()).isEqualTo("orders"));
    }
    // end::dead[]

    // tag::refused[]
    @Test
    void remembersAnOrderThatNoBrokerTook() {
        faults.nextSends(3).to("orders").areRefused();
        checkout.place(new Order("o-1", 5));

        assertThat(checkout.notSent()).contains(new Order("o-1", 5));
        assertThat(mq.topic("orders")).hasReceivedNothing();
    }
    // end::refused[]

    @Test
    void sendsAgainWhenOneAttemptIsRefusedOrItsConnectionBreaks() {
        faults.nextSend().to("orders").areRefused();
        faults.nextSend().to("orders").breakTheConnection();
        checkout.place(new Order("o-1", 5));

        assertThat(mq.topic("orders")).hasReceived(1);
        assertThat(faults.unmet()).isZero();
    }

    // tag::lost[]
    @Test
    void storesAnOrderOnceWhenTheAnswerIsLost() {
        faults.nextSend().to("orders").areStoredBeforeTheConnectionBreaks();
        checkout.place(new Order("o-1", 5));

        assertThat(mq.topic("invoices")).hasReceived(1);
        assertThat(mq.topic("orders")).hasReceived(1);
    }
    // end::lost[]

    // tag::twice[]
    @Test
    void chargesTwiceWhatIsStoredTwice() {
        faults.nextSend().to("orders").areStoredTwice();
        checkout.place(new Order("o-1", 5));

        assertThat(mq.topic("invoices")).hasReceivedPayloads("invoice for o-1", "invoice for o-1");
    }
    // end::twice[]

    @Test
    void triesAgainWhatIsStoredButNotSafely() {
        faults.nextSend().to("orders").areStoredButAnswered(ResponseCode.FLUSH_DISK_TIMEOUT);
        checkout.place(new Order("o-1", 5));

        assertThat(faults.unmet()).isZero();
        assertThat(mq.topic("orders")).hasReceived(1);
    }

    // tag::held[]
    @Test
    void waitsForTheAnswer() {
        HeldAnswers held = faults.nextSend().to("orders").areHeld();
        CompletableFuture<Void> placing = CompletableFuture.runAsync(() -> checkout.place(new Order("o-1", 5)));

        await().until(() -> held.count() == 1);
        assertThat(placing).isNotDone();
        held.release();
        assertThat(placing).succeedsWithin(Duration.ofSeconds(5));
    }
    // end::held[]
}
