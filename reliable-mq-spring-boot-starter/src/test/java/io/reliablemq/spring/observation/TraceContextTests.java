package io.reliablemq.spring.observation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationHandler.FirstMatchingCompositeObservationHandler;
import io.micrometer.observation.ObservationRegistry;
import io.micrometer.tracing.Tracer;
import io.micrometer.tracing.handler.DefaultTracingObservationHandler;
import io.micrometer.tracing.handler.PropagatingReceiverTracingObservationHandler;
import io.micrometer.tracing.handler.PropagatingSenderTracingObservationHandler;
import io.micrometer.tracing.otel.bridge.OtelCurrentTraceContext;
import io.micrometer.tracing.otel.bridge.OtelPropagator;
import io.micrometer.tracing.otel.bridge.OtelTracer;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.propagation.W3CTraceContextPropagator;
import io.opentelemetry.context.propagation.ContextPropagators;
import io.opentelemetry.sdk.OpenTelemetrySdk;
import io.opentelemetry.sdk.testing.exporter.InMemorySpanExporter;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.export.SimpleSpanProcessor;
import io.reliablemq.client.api.ReceivedMessage;
import io.reliablemq.spring.annotation.MessageListener;
import io.reliablemq.spring.autoconfigure.OutboxAutoConfiguration;
import io.reliablemq.spring.autoconfigure.ReliableMqAutoConfiguration;
import io.reliablemq.spring.autoconfigure.ReliableMqObservationAutoConfiguration;
import io.reliablemq.spring.core.ReliableMqTemplate;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.jdbc.autoconfigure.DataSourceAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.DataSourceTransactionManagerAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.JdbcTemplateAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.transaction.autoconfigure.TransactionAutoConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.transaction.support.TransactionTemplate;

/** One trace from a send to its listener, over a broker, with the tracer of OpenTelemetry. */
class TraceContextTests {

    private static final Duration PATIENCE = Duration.ofSeconds(30);

    @TempDir
    Path folder;

    private final InMemorySpanExporter exporter = InMemorySpanExporter.create();
    private final SdkTracerProvider provider = SdkTracerProvider.builder()
            .addSpanProcessor(SimpleSpanProcessor.create(exporter))
            .build();
    private final OpenTelemetrySdk telemetry = OpenTelemetrySdk.builder()
            .setTracerProvider(provider)
            .setPropagators(ContextPropagators.create(W3CTraceContextPropagator.getInstance()))
            .build();
    private final io.opentelemetry.api.trace.Tracer spans = telemetry.getTracer("test");
    private final OtelTracer tracer = new OtelTracer(spans, new OtelCurrentTraceContext(), event -> {});

    private ObservationRegistry registry() {
        ObservationRegistry registry = ObservationRegistry.create();
        OtelPropagator propagator = new OtelPropagator(telemetry.getPropagators(), spans);
        registry.observationConfig()
                .observationHandler(new FirstMatchingCompositeObservationHandler(
                        new PropagatingSenderTracingObservationHandler<>(tracer, propagator),
                        new PropagatingReceiverTracingObservationHandler<>(tracer, propagator),
                        new DefaultTracingObservationHandler(tracer)));
        return registry;
    }

    private ApplicationContextRunner context() {
        return new ApplicationContextRunner()
                .withConfiguration(AutoConfigurations.of(
                        ReliableMqAutoConfiguration.class, ReliableMqObservationAutoConfiguration.class))
                .withBean(ObservationRegistry.class, this::registry)
                .withBean(Tracer.class, () -> tracer)
                .withUserConfiguration(Listening.class)
                .withPropertyValues(
                        "reliable-mq.broker.data-dir=" + folder,
                        "reliable-mq.broker.message-delay-level=100ms 100ms 100ms 100ms");
    }

    private SpanData span(String name, int number) {
        return exporter.getFinishedSpanItems().stream()
                .filter(span -> span.getName().equals(name))
                .skip(number)
                .findFirst()
                .orElseThrow();
    }

    @Test
    void aListenerGoesOnWithTheTraceOfTheSend() {
        context().run(started -> {
            Listener listener = started.getBean(Listener.class);
            Observation.createNotStarted("checkout", started.getBean(ObservationRegistry.class))
                    .observe(() -> started.getBean(ReliableMqTemplate.class).send("orders", "one"));
            await().atMost(PATIENCE).until(() -> exporter.getFinishedSpanItems().size() == 3);

            SpanData checkout = span("checkout", 0);
            SpanData send = span("send orders", 0);
            SpanData process = span("process orders", 0);
            assertThat(List.of(checkout, send, process))
                    .extracting(SpanData::getTraceId)
                    .containsOnly(checkout.getTraceId());
            assertThat(send.getParentSpanId()).isEqualTo(checkout.getSpanId());
            assertThat(process.getParentSpanId()).isEqualTo(send.getSpanId());
            assertThat(send.getKind()).isEqualTo(SpanKind.PRODUCER);
            assertThat(process.getKind()).isEqualTo(SpanKind.CONSUMER);
            assertThat(listener.traces).containsExactly(checkout.getTraceId());
            assertThat(attributes(process))
                    .containsEntry("messaging.system", "rocketmq")
                    .containsEntry("messaging.operation.name", "process")
                    .containsEntry("messaging.destination.name", "orders")
                    .containsEntry("messaging.consumer.group.name", "billing")
                    .containsEntry(
                            "messaging.message.id", listener.received.peek().messageId())
                    .containsEntry("messaging.rocketmq.consumption_model", "clustering")
                    .containsEntry("reliable.mq.outcome", "done");
            assertThat(attributes(send))
                    .containsEntry("messaging.operation.name", "send")
                    .containsEntry(
                            "messaging.message.id", listener.received.peek().messageId())
                    .containsEntry("reliable.mq.attempts", "1");
        });
    }

    @Test
    void eachAttemptOfAListenerIsASpanOfTheSameTrace() {
        context().run(started -> {
            started.getBean(Listener.class).failures = 1;
            started.getBean(ReliableMqTemplate.class).send("orders", "two");
            await().atMost(PATIENCE).until(() -> exporter.getFinishedSpanItems().size() == 3);

            SpanData send = span("send orders", 0);
            assertThat(List.of(span("process orders", 0), span("process orders", 1)))
                    .allSatisfy(process -> {
                        assertThat(process.getTraceId()).isEqualTo(send.getTraceId());
                        assertThat(process.getParentSpanId()).isEqualTo(send.getSpanId());
                    });
            assertThat(attributes(span("process orders", 0)))
                    .containsEntry("reliable.mq.outcome", "retried")
                    .containsEntry("error.type", "IllegalStateException")
                    .containsEntry("reliable.mq.reconsume.times", "0");
            assertThat(attributes(span("process orders", 1)))
                    .containsEntry("reliable.mq.outcome", "done")
                    .containsEntry("error.type", "none")
                    .containsEntry("reliable.mq.reconsume.times", "1");
        });
    }

    @Test
    void whatGoesThroughTheOutboxKeepsTheTraceOfItsTransaction() {
        context()
                .withConfiguration(AutoConfigurations.of(
                        OutboxAutoConfiguration.class,
                        DataSourceAutoConfiguration.class,
                        DataSourceTransactionManagerAutoConfiguration.class,
                        TransactionAutoConfiguration.class,
                        JdbcTemplateAutoConfiguration.class))
                .withPropertyValues(
                        "reliable-mq.outbox.enabled=true",
                        "reliable-mq.template.in-transaction=outbox",
                        "spring.datasource.generate-unique-name=true")
                .run(started -> {
                    ReliableMqTemplate template = started.getBean(ReliableMqTemplate.class);
                    TransactionTemplate transaction = started.getBean(TransactionTemplate.class);
                    Observation.createNotStarted("checkout", started.getBean(ObservationRegistry.class))
                            .observe(
                                    () -> transaction.executeWithoutResult(status -> template.send("orders", "three")));
                    await().atMost(PATIENCE)
                            .until(() -> exporter.getFinishedSpanItems().stream()
                                    .anyMatch(span -> span.getName().equals("process orders")));

                    SpanData checkout = span("checkout", 0);
                    SpanData create = span("create orders", 0);
                    SpanData process = span("process orders", 0);
                    assertThat(create.getParentSpanId()).isEqualTo(checkout.getSpanId());
                    assertThat(process.getTraceId()).isEqualTo(checkout.getTraceId());
                    assertThat(process.getParentSpanId()).isEqualTo(create.getSpanId());
                    assertThat(attributes(create)).containsEntry("messaging.operation.type", "create");
                });
    }

    private static Map<String, String> attributes(SpanData span) {
        Map<String, String> attributes = new java.util.TreeMap<>();
        span.getAttributes().forEach((key, value) -> attributes.put(key.getKey(), String.valueOf(value)));
        return attributes;
    }

    @Configuration(proxyBeanMethods = false)
    static class Listening {

        @Bean
        Listener listener(Tracer tracer) {
            return new Listener(tracer);
        }
    }

    static class Listener {

        private final Tracer tracer;
        final Queue<ReceivedMessage> received = new ConcurrentLinkedQueue<>();
        final Queue<String> traces = new ConcurrentLinkedQueue<>();
        volatile int failures;

        Listener(Tracer tracer) {
            this.tracer = tracer;
        }

        @MessageListener(topic = "orders", group = "billing")
        void onOrder(ReceivedMessage message) {
            received.add(message);
            io.micrometer.tracing.@Nullable Span current = tracer.currentSpan();
            traces.add(current == null ? "none" : current.context().traceId());
            if (failures > 0) {
                failures--;
                throw new IllegalStateException("not yet");
            }
        }
    }
}
