package io.reliablemq.spring.guide;

import io.reliablemq.client.api.BatchOutcome;
import io.reliablemq.client.api.ConsumeMode;
import io.reliablemq.client.api.ConsumeResult;
import io.reliablemq.client.api.MessageModel;
import io.reliablemq.client.api.ReceivedMessage;
import io.reliablemq.spring.annotation.DeadLetterListener;
import io.reliablemq.spring.annotation.MessageListener;
import io.reliablemq.spring.annotation.SelectorType;
import io.reliablemq.spring.config.ConsumerSettingsCustomizer;
import io.reliablemq.spring.config.MessageListenerConfigurer;
import io.reliablemq.spring.config.MessageListenerEndpoint;
import io.reliablemq.spring.config.MessageListenerEndpointRegistry;
import io.reliablemq.spring.listener.ListenerErrorHandler;
import io.reliablemq.spring.listener.ListenerFilter;
import io.reliablemq.spring.listener.MessageLease;
import io.reliablemq.spring.support.ReliableMqHeaders;
import jakarta.validation.Valid;
import jakarta.validation.constraints.Positive;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.annotation.AliasFor;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.messaging.handler.annotation.Header;
import org.springframework.messaging.handler.annotation.Payload;

/** The snippets of the page on listening; the test beside it runs them. */
final class Listening {

    record Order(String id, @Positive int amount) {}

    record Quote(String id, int price) {}

    static class InvalidCardException extends RuntimeException {}

    static class Work {
        final List<String> done = new CopyOnWriteArrayList<>();

        void on(String what) {
            done.add(what);
        }
    }

    static class Payment {
        private final Work gateway;

        Payment(Work gateway) {
            this.gateway = gateway;
        }

        // tag::first[]
        @MessageListener(topic = "orders", group = "payment")
        void onOrder(Order order) {
            gateway.on("charge " + order.id()); // <1>
        }
        // end::first[]
    }

    static class Parameters {
        private final Work work;

        Parameters(Work work) {
            this.work = work;
        }

        // tag::parameters[]
        @MessageListener(topic = "orders", group = "audit")
        void onOrder(
                @Payload @Valid Order order,
                @Header(name = "source", defaultValue = "unknown") String source,
                @Header(ReliableMqHeaders.RECONSUME_TIMES) int retries,
                ReceivedMessage raw,
                MessageLease lease) {
            work.on(order.id() + " from " + source + ", retry " + retries + ", offset " + raw.queueOffset());
            lease.extend(); // <1>
        }
        // end::parameters[]
    }

    static class Batches {
        private final Work index;

        Batches(Work index) {
            this.index = index;
        }

        // tag::batch[]
        @MessageListener(topic = "products", group = "search-index", batchSize = "50")
        BatchOutcome onProducts(List<ReceivedMessage> products) {
            BatchOutcome.Builder outcome = BatchOutcome.builder();
            for (ReceivedMessage product : products) {
                try {
                    index.on("index " + product.messageId());
                } catch (IllegalStateException e) {
                    outcome.retry(product, e);
                }
            }
            return outcome.build(); // <1>
        }
        // end::batch[]
    }

    static class Later {
        private final CompletableFuture<Void> answer = CompletableFuture.completedFuture(null);

        // tag::later[]
        @MessageListener(topic = "mails", group = "mailer")
        CompletableFuture<Void> onMail(String text) {
            return send(text); // <1>
        }
        // end::later[]

        private CompletableFuture<Void> send(String text) {
            return answer;
        }
    }

    static class Replying {
        // tag::reply[]
        @MessageListener(topic = "quote-requests", group = "quotes")
        Quote onRequest(Order order) {
            return new Quote(order.id(), 3 * order.amount());
        }
        // end::reply[]
    }

    static class Selecting {
        private final Work work;

        Selecting(Work work) {
            this.work = work;
        }

        // tag::merged[]
        @MessageListener(topic = "order-events", group = "shipping", tags = "paid")
        void onPaid(Order order) {
            work.on("ship " + order.id());
        }

        @MessageListener(topic = "order-events", group = "shipping", tags = "cancelled || refused")
        void onCancelled(Order order) {
            work.on("stop " + order.id());
        }
        // end::merged[]

        // tag::sql[]
        @MessageListener(
                topic = "order-events",
                group = "large-orders",
                selectorType = SelectorType.SQL92,
                selectorExpression = "amount > 1000 AND region IN ('EU', 'US')")
        void onLargeOrder(Order order) {
            work.on("look at " + order.id());
        }
        // end::sql[]
    }

    static class Ordered {
        private final Work account;

        Ordered(Work account) {
            this.account = account;
        }

        // tag::order[]
        @MessageListener(topic = "bookings", group = "ledger", mode = ConsumeMode.ORDERLY, suspendTime = "2s")
        ConsumeResult onBooking(String booking) {
            account.on(booking);
            return ConsumeResult.CONSUME_SUCCESS;
        }
        // end::order[]

        // tag::broadcast[]
        @MessageListener(topic = "price-changes", group = "price-cache", model = MessageModel.BROADCASTING)
        void onPriceChange(String product) {
            account.on("forget " + product);
        }
        // end::broadcast[]
    }

    // tag::retries[]
    @MessageListener(
            topic = "charges",
            group = "charging",
            maxReconsumeTimes = "${charging.retries:5}",
            retryDelays = "5s, 30s, 5m",
            noRetryFor = InvalidCardException.class)
    // end::retries[]
    @Retention(RetentionPolicy.RUNTIME)
    @interface Charges {}

    static class Charging {
        @Charges
        void onCharge(String card) {
            throw new InvalidCardException();
        }
    }

    // tag::composed[]
    @Retention(RetentionPolicy.RUNTIME)
    @MessageListener(group = "order-service", mode = ConsumeMode.ORDERLY)
    @interface OrderListener {

        @AliasFor(annotation = MessageListener.class, attribute = "topic")
        String value();
    }
    // end::composed[]

    static class Composed {
        private final Work work;

        Composed(Work work) {
            this.work = work;
        }

        @OrderListener("composed-orders")
        void on(String text) {
            work.on("composed " + text);
        }
    }

    // tag::defaults[]
    @MessageListener(topic = "stock", group = "warehouse", concurrency = "4")
    static class Warehouse {

        @MessageListener(tags = "arrived")
        void onArrived(String item) {}

        @MessageListener(tags = "left")
        void onLeft(String item) {}
    }
    // end::defaults[]

    static class Desk {
        private final Work work;

        Desk(Work work) {
            this.work = work;
        }

        // tag::dead-letters[]
        @DeadLetterListener(group = "payment")
        void onDeadLetter(
                String body,
                @Header(ReliableMqHeaders.DEAD_LETTER_ORIGIN_TOPIC) String topic,
                @Header(name = ReliableMqHeaders.DEAD_LETTER_EXCEPTION_MESSAGE, required = false) String reason) {
            work.on("tell somebody of " + body + " of " + topic + ": " + reason);
        }
        // end::dead-letters[]
    }

    @Configuration(proxyBeanMethods = false)
    static class Configured {

        // tag::error-handler[]
        @Bean
        ListenerErrorHandler outdatedPrices() {
            return failure -> {
                if (failure.error() instanceof IllegalStateException && failure.attempt() > 3) {
                    return ListenerErrorHandler.Decision.DEAD_LETTER;
                }
                return ListenerErrorHandler.DEFAULT.onFailure(failure);
            };
        }
        // end::error-handler[]

        // tag::by-code[]
        @Bean
        MessageListenerConfigurer tenants(Work work) {
            return registrar -> {
                for (String tenant : List.of("north", "south")) {
                    registrar.register(MessageListenerEndpoint.builder("orders-of-" + tenant)
                            .topic("orders-" + tenant)
                            .group("billing-" + tenant)
                            .settings(settings -> settings.concurrency(2))
                            .handler(message -> {
                                work.on(tenant);
                                return ConsumeResult.CONSUME_SUCCESS;
                            })
                            .build());
                }
            };
        }
        // end::by-code[]

        // tag::filter[]
        @Bean
        ListenerFilter slowCalls() {
            return call -> {
                Instant begun = Instant.now();
                return call.proceed()
                        .whenComplete((outcome, error) ->
                                audit(call.listenerId(), call.messages().size(), begun));
            };
        }
        // end::filter[]

        // tag::customizer[]
        @Bean
        ConsumerSettingsCustomizer smallSteps() {
            return (group, settings) -> {
                if (group.startsWith("billing-")) {
                    settings.pullBatchSize(8);
                }
            };
        }
        // end::customizer[]

        final List<String> audited = new ArrayList<>();

        private void audit(String listener, int messages, Instant begun) {
            audited.add(listener + " " + messages);
        }
    }

    static class Operator {
        private final MessageListenerEndpointRegistry registry;

        Operator(MessageListenerEndpointRegistry registry) {
            this.registry = registry;
        }

        void holdAndGoOn() {
            // tag::registry[]
            registry.pause("orders-of-north"); // <1>
            registry.resume("orders-of-north");
            registry.stop("orders-of-north"); // <2>
            registry.start("orders-of-north");
            // end::registry[]
        }
    }

    static class Idempotent {
        private final JdbcTemplate jdbc;

        Idempotent(JdbcTemplate jdbc) {
            this.jdbc = jdbc;
        }

        // tag::idempotent[]
        @MessageListener(topic = "payments", group = "ledger-entries", idempotent = MessageListener.JDBC)
        void onPayment(Order order) {
            jdbc.update("INSERT INTO entries (id, amount) VALUES (?, ?)", order.id(), order.amount()); // <1>
        }
        // end::idempotent[]

        // tag::key[]
        @MessageListener(
                topic = "transfers",
                group = "ledger-entries",
                idempotent = MessageListener.JDBC,
                idempotentKey = "#order.id")
        void onTransfer(Order order) {
            jdbc.update("INSERT INTO entries (id, amount) VALUES (?, ?)", order.id(), order.amount());
        }
        // end::key[]
    }

    private Listening() {}
}
