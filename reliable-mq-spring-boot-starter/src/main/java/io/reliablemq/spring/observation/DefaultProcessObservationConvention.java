package io.reliablemq.spring.observation;

import io.micrometer.common.KeyValue;
import io.micrometer.common.KeyValues;
import io.reliablemq.client.api.ConsumeInterceptor.MessageEnd;
import io.reliablemq.client.api.ReceivedMessage;
import io.reliablemq.protocol.message.PropertyNames;
import io.reliablemq.spring.observation.ReliableMqObservation.MessageKeys;
import io.reliablemq.spring.observation.ReliableMqObservation.ProcessKeys;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** The messaging conventions of OpenTelemetry. Without state; may be extended. */
public class DefaultProcessObservationConvention implements ProcessObservationConvention {

    /** The name that OpenTelemetry gives the duration of the work on a message. */
    public static final String NAME = "messaging.process.duration";

    static final String NONE = "none";

    private static final String PROCESS = "process";

    private static final KeyValue OF_SYSTEM = ProcessKeys.SYSTEM.withValue(DefaultSendObservationConvention.SYSTEM);
    private static final KeyValue OF_NAME = ProcessKeys.OPERATION_NAME.withValue(PROCESS);
    private static final KeyValue OF_TYPE = ProcessKeys.OPERATION_TYPE.withValue(PROCESS);

    @Override
    public String getName() {
        return NAME;
    }

    @Override
    public String getContextualName(ProcessContext context) {
        return PROCESS + " " + context.topic();
    }

    @Override
    public KeyValues getLowCardinalityKeyValues(ProcessContext context) {
        MessageEnd end = context.end();
        return KeyValues.of(
                OF_SYSTEM,
                OF_NAME,
                OF_TYPE,
                ProcessKeys.DESTINATION.withValue(context.topic()),
                ProcessKeys.CONSUMER_GROUP.withValue(context.settings().group()),
                ProcessKeys.OUTCOME.withValue(end == null ? NONE : end.name().toLowerCase(Locale.ROOT)),
                ProcessKeys.ERROR_TYPE.withValue(context.errorType()));
    }

    @Override
    public KeyValues getHighCardinalityKeyValues(ProcessContext context) {
        List<KeyValue> values = new ArrayList<>();
        ReceivedMessage first = context.messages().get(0);
        values.add(MessageKeys.PARTITION.withValue(Integer.toString(first.queueId())));
        values.add(MessageKeys.BROKER.withValue(first.brokerName()));
        values.add(MessageKeys.CONSUMPTION_MODEL.withValue(
                context.settings().messageModel().name().toLowerCase(Locale.ROOT)));
        if (context.messages().size() > 1) {
            values.add(MessageKeys.BATCH_COUNT.withValue(
                    Integer.toString(context.messages().size())));
            return KeyValues.of(values);
        }
        values.add(MessageKeys.MESSAGE_ID.withValue(first.messageId()));
        values.add(MessageKeys.BODY_SIZE.withValue(Integer.toString(first.body().length)));
        values.add(MessageKeys.OFFSET.withValue(Long.toString(first.queueOffset())));
        values.add(MessageKeys.RECONSUME_TIMES.withValue(Integer.toString(first.reconsumeTimes())));
        add(values, MessageKeys.TAG, first.tag());
        add(values, MessageKeys.KEYS, first.keys());
        add(values, MessageKeys.GROUP, first.property(PropertyNames.SHARDING_KEY));
        add(values, MessageKeys.PRODUCER_GROUP, first.property(PropertyNames.PRODUCER_GROUP));
        return KeyValues.of(values);
    }

    private static void add(List<KeyValue> values, MessageKeys key, @Nullable String value) {
        if (value != null) {
            values.add(key.withValue(value));
        }
    }
}
