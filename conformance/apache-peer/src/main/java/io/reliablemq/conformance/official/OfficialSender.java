package io.reliablemq.conformance.official;

import io.reliablemq.conformance.port.OutgoingMessage;
import io.reliablemq.conformance.port.Receipt;
import io.reliablemq.conformance.port.SendFailure;
import io.reliablemq.conformance.port.Sender;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.apache.rocketmq.client.exception.MQClientException;
import org.apache.rocketmq.client.producer.DefaultMQProducer;
import org.apache.rocketmq.client.producer.SendCallback;
import org.apache.rocketmq.client.producer.SendResult;
import org.apache.rocketmq.client.producer.SendStatus;
import org.apache.rocketmq.common.message.Message;

/** A {@code DefaultMQProducer} with its defaults, except for the times of a send and of an attempt. */
final class OfficialSender implements Sender {

    private final DefaultMQProducer producer;

    private OfficialSender(DefaultMQProducer producer) {
        this.producer = producer;
    }

    static OfficialSender open(String nameServers, String group, int mostMs, int mostMsPerAttempt, boolean tls) {
        DefaultMQProducer producer = new DefaultMQProducer(group);
        producer.setNamesrvAddr(nameServers);
        producer.setInstanceName(InstanceNames.next(group));
        producer.setSendMsgTimeout(mostMs);
        producer.setSendMsgMaxTimeoutPerRequest(mostMsPerAttempt);
        producer.setUseTLS(tls);
        try {
            producer.start();
        } catch (MQClientException e) {
            throw new IllegalStateException("The official producer of group '" + group + "' did not start", e);
        }
        return new OfficialSender(producer);
    }

    @Override
    public Receipt send(OutgoingMessage message) {
        return attempt(() -> producer.send(toOfficial(message)));
    }

    @Override
    public Receipt sendBatch(List<OutgoingMessage> messages) {
        return attempt(() ->
                producer.send(messages.stream().map(OfficialSender::toOfficial).toList()));
    }

    @Override
    public CompletableFuture<Receipt> sendAsync(OutgoingMessage message) {
        CompletableFuture<Receipt> receipt = new CompletableFuture<>();
        try {
            producer.send(toOfficial(message), new SendCallback() {
                @Override
                public void onSuccess(SendResult result) {
                    // The official client calls this for stored-but-not-safe answers too.
                    try {
                        receipt.complete(toReceipt(result));
                    } catch (SendFailure notSafe) {
                        receipt.completeExceptionally(notSafe);
                    }
                }

                @Override
                public void onException(Throwable failure) {
                    receipt.completeExceptionally(new SendFailure("The asynchronous send failed: " + failure, failure));
                }
            });
        } catch (Exception e) {
            receipt.completeExceptionally(failure(e));
        }
        return receipt;
    }

    @Override
    public void sendOneWay(OutgoingMessage message) {
        try {
            producer.sendOneway(toOfficial(message));
        } catch (Exception e) {
            throw failure(e);
        }
    }

    @Override
    public void close() {
        producer.shutdown();
    }

    private interface Attempt {
        SendResult run() throws Exception;
    }

    private static Receipt attempt(Attempt attempt) {
        SendResult result;
        try {
            result = attempt.run();
        } catch (Exception e) {
            // All of them: under load a route request that times out surfaces as an IllegalStateException.
            throw failure(e);
        }
        return toReceipt(result);
    }

    private static SendFailure failure(Exception e) {
        if (e instanceof InterruptedException) {
            Thread.currentThread().interrupt();
        }
        return new SendFailure("The send failed: " + e, e);
    }

    private static Receipt toReceipt(SendResult result) {
        if (result.getSendStatus() != SendStatus.SEND_OK) {
            throw new SendFailure("The send ended in " + result.getSendStatus(), null);
        }
        return new Receipt(
                result.getMsgId(),
                result.getOffsetMsgId(),
                result.getMessageQueue().getBrokerName(),
                result.getMessageQueue().getQueueId(),
                result.getQueueOffset());
    }

    static Message toOfficial(OutgoingMessage message) {
        Message official = new Message(message.topic(), message.tag(), message.keys(), message.body());
        if (message.delayLevel() > 0) {
            official.setDelayTimeLevel(message.delayLevel());
        }
        long time = message.time().value();
        switch (message.time().kind()) {
            case DELAY_SECONDS -> official.setDelayTimeSec(time);
            case DELAY_MILLIS -> official.setDelayTimeMs(time);
            case DELIVER_MILLIS -> official.setDeliverTimeMs(time);
            case NONE -> {}
        }
        message.properties().forEach(official::putUserProperty);
        return official;
    }
}
