package io.reliablemq.spring.observation;

import io.micrometer.common.KeyValue;
import io.micrometer.common.KeyValues;
import io.reliablemq.client.api.SendReceipt;
import io.reliablemq.protocol.message.Message;
import io.reliablemq.spring.observation.ReliableMqObservation.MessageKeys;
import io.reliablemq.spring.observation.ReliableMqObservation.SendKeys;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The messaging conventions of OpenTelemetry. Without state; may be extended. */
public class DefaultSendObservationConvention implements SendObservationConvention {

    /** The name that OpenTelemetry gives the duration of an operation of a messaging client. */
    public static final String NAME = "messaging.client.operation.duration";

    static final String SYSTEM = "rocketmq";
    static final String NONE = "none";

    private static final KeyValue OF_SYSTEM = SendKeys.SYSTEM.withValue(SYSTEM);
    private static final KeyValue OF_TYPE = SendKeys.OPERATION_TYPE.withValue("send");
    private static final KeyValue OF_CREATE_TYPE = SendKeys.OPERATION_TYPE.withValue(SendContext.CREATE);

    @Override
    public String getName() {
        return NAME;
    }

    @Override
    public String getContextualName(SendContext context) {
        return context.operation() + " " + context.topic();
    }

    @Override
    public KeyValues getLowCardinalityKeyValues(SendContext context) {
        return KeyValues.of(
                OF_SYSTEM,
                context.operation().equals(SendContext.CREATE) ? OF_CREATE_TYPE : OF_TYPE,
                SendKeys.OPERATION_NAME.withValue(context.operation()),
                SendKeys.DESTINATION.withValue(context.topic()),
                SendKeys.ERROR_TYPE.withValue(context.errorType()));
    }

    @Override
    public KeyValues getHighCardinalityKeyValues(SendContext context) {
        List<KeyValue> values = new ArrayList<>();
        Message first = context.messages().get(0);
        int count = context.messages().size();
        if (count > 1) {
            values.add(MessageKeys.BATCH_COUNT.withValue(Integer.toString(count)));
        } else {
            values.add(MessageKeys.BODY_SIZE.withValue(Integer.toString(first.body().length)));
            add(values, MessageKeys.TAG, first.tag());
            add(values, MessageKeys.KEYS, first.keys());
            add(values, MessageKeys.GROUP, first.orderingKey());
            add(values, MessageKeys.MESSAGE_ID, first.uniqueId());
        }
        SendReceipt receipt = context.receipt();
        if (receipt != null) {
            if (count == 1) {
                values.add(MessageKeys.MESSAGE_ID.withValue(receipt.messageId()));
            }
            if (receipt.queueId() >= 0) {
                values.add(MessageKeys.PARTITION.withValue(Integer.toString(receipt.queueId())));
                values.add(MessageKeys.BROKER.withValue(receipt.brokerName()));
            }
        }
        if (!context.attempts().isEmpty()) {
            values.add(MessageKeys.ATTEMPTS.withValue(
                    Integer.toString(context.attempts().size())));
        }
        return KeyValues.of(values);
    }

    private static void add(List<KeyValue> values, MessageKeys key, @Nullable String value) {
        if (value != null) {
            values.add(key.withValue(value));
        }
    }
}
