package io.reliablemq.spring.observation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.micrometer.common.KeyValue;
import io.micrometer.common.KeyValues;
import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationRegistry;
import io.micrometer.observation.tck.TestObservationRegistry;
import io.micrometer.observation.tck.TestObservationRegistryAssert;
import io.micrometer.observation.transport.SenderContext;
import io.reliablemq.client.api.Attempt;
import io.reliablemq.client.api.SendFailedException;
import io.reliablemq.client.api.SendStatus;
import io.reliablemq.protocol.message.Message;
import io.reliablemq.spring.fixture.RecordingProducer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Observed sends: names, tags, what travels along, what is counted. */
class ObservedProducerTest {

    private final TestObservationRegistry registry = TestObservationRegistry.create();
    private final RecordingProducer recording = new RecordingProducer();
    private final List<String> counted = new ArrayList<>();
    private final ObservedProducer producer = observed(registry, null);

    private ObservedProducer observed(ObservationRegistry observations, SendObservationConvention convention) {
        SendObservations sends = new SendObservations(observations, convention, List.of(new Counted()));
        return new ObservedProducer(recording, () -> sends);
    }

    private final class Counted implements SendCounts {

        @Override
        public void started(String topic, int messages) {
            counted.add("started " + topic + " " + messages);
        }

        @Override
        public void succeeded(String topic, int messages, SendStatus status, List<Attempt> attempts) {
            counted.add("succeeded " + topic + " " + messages + " " + status);
        }

        @Override
        public void failed(String topic, int messages, SendFailure failure) {
            counted.add("failed " + topic + " " + messages + " " + failure.reason());
        }

        @Override
        public void oneWay(String topic) {
            counted.add("one-way " + topic);
        }
    }

    /** Writes a trace context, as a tracer does. */
    private static final class Tracing implements io.micrometer.observation.ObservationHandler<SenderContext<Object>> {

        @Override
        public void onStart(SenderContext<Object> context) {
            context.getSetter().set(context.getCarrier(), "traceparent", "new");
        }

        @Override
        public boolean supportsContext(Observation.Context context) {
            return context instanceof SenderContext<?>;
        }
    }

    /** Fails whenever it is told something. */
    private static final class Failing implements io.micrometer.observation.ObservationHandler<Observation.Context> {
        private final boolean atStart;

        private Failing(boolean atStart) {
            this.atStart = atStart;
        }

        @Override
        public void onStart(Observation.Context context) {
            if (atStart) {
                throw new IllegalStateException("No start, as the test wants");
            }
        }

        @Override
        public void onScopeOpened(Observation.Context context) {
            throw new IllegalStateException("No scope, as the test wants");
        }

        @Override
        public void onStop(Observation.Context context) {
            throw new IllegalStateException("No stop, as the test wants");
        }

        @Override
        public boolean supportsContext(Observation.Context context) {
            return true;
        }
    }

    private static Message message() {
        return Message.builder("orders")
                .tag("new")
                .keys("o-1")
                .orderingKey("customer-7")
                .body("hello".getBytes(StandardCharsets.UTF_8))
                .build();
    }

    private TestObservationRegistryAssert.TestObservationRegistryAssertReturningObservationContextAssert observation() {
        return TestObservationRegistryAssert.assertThat(registry)
                .hasNumberOfObservationsEqualTo(1)
                .hasSingleObservationThat();
    }

    @Test
    void aSendThatCameThroughIsNoFailureBecauseAnObserverFails() {
        for (boolean atStart : List.of(true, false)) {
            ObservationRegistry failing = ObservationRegistry.create();
            failing.observationConfig().observationHandler(new Failing(atStart));
            SendCounts throwing = new SendCounts() {
                @Override
                public void started(String topic, int messages) {
                    throw new IllegalStateException("No count, as the test wants");
                }

                @Override
                public void succeeded(String topic, int messages, SendStatus status, List<Attempt> attempts) {
                    throw new IllegalStateException("No count, as the test wants");
                }
            };
            counted.clear();
            SendObservations sends = new SendObservations(failing, null, List.of(throwing, new Counted()));
            ObservedProducer observed = new ObservedProducer(recording, () -> sends);

            assertThat(observed.send(message()).status()).isEqualTo(SendStatus.SEND_OK);
            assertThat(observed.sendAsync(message())).isCompleted();
            observed.sendOneWay(message());
            assertThat(counted)
                    .containsExactly(
                            "started orders 1",
                            "succeeded orders 1 SEND_OK",
                            "started orders 1",
                            "succeeded orders 1 SEND_OK",
                            "started orders 1",
                            "one-way orders");
        }
    }

    @Test
    void aSendIsNamedAndTaggedByTheConventions() {
        producer.send(message());

        observation()
                .hasNameEqualTo("messaging.client.operation.duration")
                .hasContextualNameEqualTo("send orders")
                .hasBeenStarted()
                .hasBeenStopped()
                .doesNotHaveError()
                .hasLowCardinalityKeyValue("messaging.system", "rocketmq")
                .hasLowCardinalityKeyValue("messaging.operation.name", "send")
                .hasLowCardinalityKeyValue("messaging.operation.type", "send")
                .hasLowCardinalityKeyValue("messaging.destination.name", "orders")
                .hasLowCardinalityKeyValue("error.type", "none")
                .hasHighCardinalityKeyValue("messaging.message.id", "id-1")
                .hasHighCardinalityKeyValue("messaging.message.body.size", "5")
                .hasHighCardinalityKeyValue("messaging.destination.partition.id", "0")
                .hasHighCardinalityKeyValue("messaging.rocketmq.broker.name", "broker-a")
                .hasHighCardinalityKeyValue("messaging.rocketmq.message.tag", "new")
                .hasHighCardinalityKeyValue("messaging.rocketmq.message.keys", "o-1")
                .hasHighCardinalityKeyValue("messaging.rocketmq.message.group", "customer-7")
                .hasKeyValuesCount(12);
        assertThat(counted).containsExactly("started orders 1", "succeeded orders 1 SEND_OK");
    }

    @Test
    void aFailureIsTaggedWithItsReason() {
        recording.failing = true;

        assertThatThrownBy(() -> producer.send(message(), Duration.ofSeconds(1)))
                .isInstanceOf(SendFailedException.class);

        observation()
                .hasBeenStopped()
                .hasLowCardinalityKeyValue("error.type", "not_sent")
                .thenError()
                .isInstanceOf(SendFailedException.class);
        assertThat(counted).containsExactly("started orders 1", "failed orders 1 not_sent");
    }

    @Test
    void anAsynchronousSendEndsWithItsFuture() {
        assertThat(producer.sendAsync(message()).join().messageId()).isEqualTo("id-1");

        observation().hasBeenStopped().hasLowCardinalityKeyValue("error.type", "none");
        recording.failing = true;
        assertThat(producer.sendAsync(message())).isCompletedExceptionally();
        assertThat(counted)
                .containsExactly(
                        "started orders 1",
                        "succeeded orders 1 SEND_OK",
                        "started orders 1",
                        "failed orders 1 not_sent");
    }

    @Test
    void aBatchIsOneObservation() {
        producer.sendBatch(List.of(message(), message(), message()));

        observation()
                .hasHighCardinalityKeyValue("messaging.batch.message_count", "3")
                .doesNotHaveHighCardinalityKeyValueWithKey("messaging.message.id");
        assertThat(counted).containsExactly("started orders 3", "succeeded orders 3 SEND_OK");
    }

    @Test
    void aOneWaySendIsCountedAsOne() {
        producer.sendOneWay(message());

        observation().hasBeenStopped();
        assertThat(counted).containsExactly("started orders 1", "one-way orders");
    }

    @Test
    void theTraceContextTravelsInTheProperties() {
        registry.observationConfig().observationHandler(new Tracing());

        producer.send(message());
        producer.sendBatch(List.of(message(), message()));

        assertThat(recording.sent).hasSize(3).allSatisfy(sent -> {
            assertThat(sent.property("traceparent")).isEqualTo("new");
            assertThat(sent.tag()).isEqualTo("new");
            assertThat(sent.body()).isEqualTo(message().body());
        });
    }

    @Test
    void aTraceThatTheMessageCarriesGoesOnWhereNoneIsCurrent() {
        registry.observationConfig().observationHandler(new Tracing());
        Message traced = message().withProperty("traceparent", "old");

        producer.send(traced);
        Observation.createNotStarted("outer", registry).observe(() -> producer.send(traced));

        assertThat(recording.sent)
                .extracting(sent -> sent.property("traceparent"))
                .containsExactly("old", "new");
    }

    @Test
    void nothingIsAddedWithoutARegistry() {
        Message message = message();
        observed(ObservationRegistry.NOOP, null).send(message);

        assertThat(recording.onlySent()).isSameAs(message);
        assertThat(counted).containsExactly("started orders 1", "succeeded orders 1 SEND_OK");
    }

    // tag::convention[]
    static class ShopConvention extends DefaultSendObservationConvention {

        @Override
        public String getName() {
            return "shop.sends";
        }

        @Override
        public KeyValues getLowCardinalityKeyValues(SendContext context) {
            return super.getLowCardinalityKeyValues(context).and(KeyValue.of("shop", "north"));
        }
    }
    // end::convention[]

    @Test
    void aConventionOfTheApplicationTakesThePlaceOfOurs() {
        observed(registry, new ShopConvention()).send(message());

        observation().hasNameEqualTo("shop.sends").hasLowCardinalityKeyValue("shop", "north");
    }

    @Test
    void reasonsAreFew() {
        assertThat(SendFailure.of(new IllegalArgumentException("empty")).reason())
                .isEqualTo("invalid");
        assertThat(SendFailure.of(new IllegalStateException("closed")).reason()).isEqualTo("not_sent");
        Attempt attempt = new Attempt("a", "x:1", 0, Duration.ofMillis(3), Attempt.Outcome.TIMED_OUT, "");
        SendFailedException failed = new SendFailedException("no answer", message(), List.of(attempt));
        assertThat(SendFailure.of(new java.util.concurrent.CompletionException(failed)))
                .isEqualTo(new SendFailure("timed_out", List.of(attempt)));
    }
}
