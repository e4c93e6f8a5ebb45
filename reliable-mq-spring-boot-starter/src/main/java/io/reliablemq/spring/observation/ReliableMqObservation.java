package io.reliablemq.spring.observation;

import io.micrometer.common.docs.KeyName;
import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationConvention;
import io.micrometer.observation.docs.ObservationDocumentation;

/** What is observed, and by which names. */
public enum ReliableMqObservation implements ObservationDocumentation {

    /** A send, from the call until it is a success or has failed, all attempts included. */
    SEND {
        @Override
        public Class<? extends ObservationConvention<? extends Observation.Context>> getDefaultConvention() {
            return DefaultSendObservationConvention.class;
        }

        @Override
        public KeyName[] getLowCardinalityKeyNames() {
            return SendKeys.values();
        }

        @Override
        public KeyName[] getHighCardinalityKeyNames() {
            return MessageKeys.values();
        }
    },

    /** A listener at work on a message, or on a batch: one attempt. */
    PROCESS {
        @Override
        public Class<? extends ObservationConvention<? extends Observation.Context>> getDefaultConvention() {
            return DefaultProcessObservationConvention.class;
        }

        @Override
        public KeyName[] getLowCardinalityKeyNames() {
            return ProcessKeys.values();
        }

        @Override
        public KeyName[] getHighCardinalityKeyNames() {
            return MessageKeys.values();
        }
    };

    /** Tags of meters and of spans, for sends. */
    public enum SendKeys implements KeyName {
        /** Always {@code rocketmq}. */
        SYSTEM("messaging.system"),
        /** {@code send}, {@code request}, or {@code create} for what is taken down in an outbox. */
        OPERATION_NAME("messaging.operation.name"),
        /** {@code send}, or {@code create}. */
        OPERATION_TYPE("messaging.operation.type"),
        /** The topic. */
        DESTINATION("messaging.destination.name"),
        /** How the last attempt ended; {@code none} after a success. */
        ERROR_TYPE("error.type");

        private final String key;

        SendKeys(String key) {
            this.key = key;
        }

        @Override
        public String asString() {
            return key;
        }
    }

    /** Tags of meters and of spans, for listeners. */
    public enum ProcessKeys implements KeyName {
        /** Always {@code rocketmq}. */
        SYSTEM("messaging.system"),
        /** Always {@code process}. */
        OPERATION_NAME("messaging.operation.name"),
        /** Always {@code process}. */
        OPERATION_TYPE("messaging.operation.type"),
        /** The topic. */
        DESTINATION("messaging.destination.name"),
        /** The consumer group. */
        CONSUMER_GROUP("messaging.consumer.group.name"),
        /** {@code done}, {@code retried}, {@code retries_exhausted} or {@code not_retryable}; of a batch, the gravest. */
        OUTCOME("reliable.mq.outcome"),
        /** The class of what the listener threw; {@code none} if nothing. */
        ERROR_TYPE("error.type");

        private final String key;

        ProcessKeys(String key) {
            this.key = key;
        }

        @Override
        public String asString() {
            return key;
        }
    }

    /** Tags of spans alone: too many values for meters. Those that a message does not have are left out. */
    public enum MessageKeys implements KeyName {
        /** The unique id. */
        MESSAGE_ID("messaging.message.id"),
        /** Bytes of the body. */
        BODY_SIZE("messaging.message.body.size"),
        /** Number of messages, of batches only. */
        BATCH_COUNT("messaging.batch.message_count"),
        /** The queue. */
        PARTITION("messaging.destination.partition.id"),
        /** The broker that has the message. */
        BROKER("messaging.rocketmq.broker.name"),
        /** The tag. */
        TAG("messaging.rocketmq.message.tag"),
        /** The keys. */
        KEYS("messaging.rocketmq.message.keys"),
        /** What the message keeps its order with. */
        GROUP("messaging.rocketmq.message.group"),
        /** The producer's group. */
        PRODUCER_GROUP("messaging.rocketmq.producer.group"),
        /** {@code clustering} or {@code broadcasting}. */
        CONSUMPTION_MODEL("messaging.rocketmq.consumption_model"),
        /** Attempts of a send. */
        ATTEMPTS("reliable.mq.attempts"),
        /** Attempts of listeners that failed before this one. */
        RECONSUME_TIMES("reliable.mq.reconsume.times"),
        /** The offset in the queue. */
        OFFSET("reliable.mq.queue.offset");

        private final String key;

        MessageKeys(String key) {
            this.key = key;
        }

        @Override
        public String asString() {
            return key;
        }
    }
}
