package io.reliablemq.spring.guide;

import io.reliablemq.client.api.SendFailedException;
import io.reliablemq.client.api.SendReceipt;
import io.reliablemq.client.api.TransactionReceipt;
import io.reliablemq.spring.core.OutgoingMessage;
import io.reliablemq.spring.core.ReliableMqOperations;
import io.reliablemq.spring.core.TransactionMode;
import io.reliablemq.spring.support.ReliableMqHeaders;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.messaging.support.MessageBuilder;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;

/** The snippets of the page on sending. */
@Service
class Sending {

    private static final Logger log = LoggerFactory.getLogger(Sending.class);

    private final ReliableMqOperations messages;

    Sending(ReliableMqOperations messages) {
        this.messages = messages;
    }

    SendReceipt stepByStep(Order order) {
        // tag::steps[]
        SendReceipt receipt = messages.newMessage(order)
                .topic("orders")
                .tag("created")
                .key(order.id())
                .orderingKey(order.customer())
                .header("source", "shop")
                .send();
        // end::steps[]
        return receipt;
    }

    SendReceipt springMessage(Order order) {
        // tag::spring-message[]
        var message = MessageBuilder.withPayload(order)
                .setHeader(ReliableMqHeaders.KEYS, order.id())
                .setHeader("source", "shop")
                .build();
        SendReceipt receipt = messages.send("orders:created", message);
        // end::spring-message[]
        return receipt;
    }

    CompletableFuture<Void> asynchronously(Order order, List<String> ids) {
        // tag::async[]
        CompletableFuture<SendReceipt> future = messages.sendAsync("orders", order);
        // end::async[]
        return future.thenAccept(receipt -> ids.add(receipt.messageId()));
    }

    String delayedAndCalledBack(Order order) {
        // tag::delayed[]
        OutgoingMessage reminder = messages.newMessage(order).topic("reminders");
        SendReceipt receipt = reminder.deliverAfter(Duration.ofHours(2)).send(); // <1>
        String messageId = messages.recall(receipt); // <2>
        // end::delayed[]
        return messageId;
    }

    List<SendReceipt> batch(List<Order> orders) {
        // tag::batch[]
        List<SendReceipt> receipts = messages.sendBatch("orders", orders);
        // end::batch[]
        return receipts;
    }

    String request(Order order) {
        // tag::request[]
        String price = messages.sendAndReceive("prices", order, String.class, Duration.ofSeconds(5));
        // end::request[]
        return price;
    }

    String failure(Order order) {
        // tag::failure[]
        try {
            messages.send("orders", order);
            return "safe";
        } catch (SendFailedException e) {
            log.warn("Not sent: {}", e.attempts()); // <1>
            return e.mayBeStored() ? "maybe" : "not there"; // <2>
        }
        // end::failure[]
    }

    // tag::after-commit[]
    @Transactional
    public SendReceipt notifyAfterCommit(Order order) {
        return messages.newMessage(order)
                .topic("notifications")
                .inTransaction(TransactionMode.AFTER_COMMIT)
                .send();
    }
    // end::after-commit[]

    TransactionReceipt brokerTransaction(Order order) {
        // tag::broker-transaction[]
        TransactionReceipt receipt = messages.sendInBrokerTransaction("orders", order, order.id());
        // end::broker-transaction[]
        return receipt;
    }
}
