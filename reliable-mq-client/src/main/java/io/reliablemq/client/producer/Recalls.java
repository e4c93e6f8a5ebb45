package io.reliablemq.client.producer;

import io.reliablemq.client.agent.Causes;
import io.reliablemq.client.api.ProducerSettings;
import io.reliablemq.client.api.RecallFailedException;
import io.reliablemq.protocol.command.Command;
import io.reliablemq.protocol.command.RequestCode;
import io.reliablemq.protocol.header.RecallMessageRequest;
import io.reliablemq.protocol.header.RecallMessageResponse;
import io.reliablemq.protocol.message.RecallHandle;
import io.reliablemq.protocol.route.BrokerAddresses;
import io.reliablemq.protocol.route.TopicRoute;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Calls messages back that wait for their time. Thread-safe. */
final class Recalls {

    private final ProducerSettings settings;
    private final SendContext context;

    Recalls(ProducerSettings settings, SendContext context) {
        this.settings = settings;
        this.context = context;
    }

    /** @throws RecallFailedException if the broker did not say that the message was called back */
    String recall(String topic, String recallHandle) {
        RecallHandle handle = RecallHandle.decode(recallHandle);
        if (!handle.topic().equals(topic)) {
            throw new IllegalArgumentException(
                    "The recall handle is one of topic '" + handle.topic() + "', not of '" + topic + "'");
        }
        try {
            Command answer = context.routes()
                    .publishRoute(topic)
                    .thenCompose(published -> ask(published.route(), handle, recallHandle))
                    .get(settings.sendTimeout().toNanos(), TimeUnit.NANOSECONDS);
            if (!answer.isSuccess()) {
                throw new RecallFailedException(
                        "The broker " + handle.brokerName() + " did not call back the message " + handle.uniqueId()
                                + ": code " + answer.code() + " " + answer.remarkText(),
                        null);
            }
            return RecallMessageResponse.read(answer.fields()).messageId();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw unknown(handle, "the thread was interrupted", e);
        } catch (TimeoutException e) {
            throw unknown(handle, "there was no answer within " + settings.sendTimeout(), e);
        } catch (ExecutionException e) {
            Throwable cause = e.getCause() == null ? e : e.getCause();
            throw unknown(handle, Causes.text(cause), cause);
        }
    }

    private CompletableFuture<Command> ask(TopicRoute route, RecallHandle handle, String text) {
        BrokerAddresses broker = route.broker(handle.brokerName());
        String master = broker == null ? null : broker.master();
        if (master == null) {
            context.routes().refresh(handle.topic());
            return CompletableFuture.failedFuture(new IllegalStateException(
                    "the broker " + handle.brokerName() + ", which keeps it, has no master in the topic's route"));
        }
        Command request = Command.request(
                RequestCode.RECALL_MESSAGE,
                new RecallMessageRequest(handle.topic(), text, settings.group(), handle.brokerName()).fields());
        return context.remote().invoke(master, request, settings.sendTimeout());
    }

    private static RecallFailedException unknown(RecallHandle handle, String why, Throwable cause) {
        return new RecallFailedException(
                "It is not known whether the message " + handle.uniqueId() + " was called back: " + why
                        + ". Calling it back again does no harm",
                cause);
    }
}
