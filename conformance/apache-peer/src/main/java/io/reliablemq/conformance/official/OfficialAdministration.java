package io.reliablemq.conformance.official;

import io.reliablemq.conformance.port.Administration;
import io.reliablemq.conformance.port.StoredCopy;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.rocketmq.client.exception.MQClientException;
import org.apache.rocketmq.client.exception.OffsetNotFoundException;
import org.apache.rocketmq.client.impl.MQAdminImpl;
import org.apache.rocketmq.client.impl.factory.MQClientInstance;
import org.apache.rocketmq.common.BoundaryType;
import org.apache.rocketmq.common.TopicConfig;
import org.apache.rocketmq.common.message.MessageClientExt;
import org.apache.rocketmq.common.message.MessageExt;
import org.apache.rocketmq.common.message.MessageQueue;
import org.apache.rocketmq.remoting.protocol.ResponseCode;
import org.apache.rocketmq.remoting.protocol.header.QueryConsumerOffsetRequestHeader;
import org.apache.rocketmq.remoting.protocol.route.BrokerData;
import org.apache.rocketmq.remoting.protocol.route.QueueData;
import org.apache.rocketmq.tools.admin.DefaultMQAdminExt;

/** {@code DefaultMQAdminExt}, on which {@code mqadmin} rests. */
public final class OfficialAdministration implements Administration {

    private static final long TIMEOUT_MS = 5_000;

    private final DefaultMQAdminExt admin;

    public OfficialAdministration(String nameServers) {
        admin = new DefaultMQAdminExt();
        admin.setNamesrvAddr(nameServers);
        admin.setInstanceName(InstanceNames.next("admin"));
        try {
            admin.start();
        } catch (MQClientException e) {
            throw new IllegalStateException("The official administration tool did not start", e);
        }
    }

    @Override
    public Set<String> brokerAddresses() {
        try {
            return admin.examineBrokerClusterInfo().getBrokerAddrTable().values().stream()
                    .flatMap(broker -> broker.getBrokerAddrs().values().stream())
                    .collect(Collectors.toUnmodifiableSet());
        } catch (Exception e) {
            throw failure("No name server answered", e);
        }
    }

    @Override
    public void createTopic(String brokerAddress, String topic, int queues) {
        try {
            admin.createAndUpdateTopicConfig(brokerAddress, new TopicConfig(topic, queues, queues));
        } catch (Exception e) {
            throw failure("The topic '" + topic + "' was not created on " + brokerAddress, e);
        }
    }

    @Override
    public Set<String> brokersOf(String topic) {
        try {
            return admin.examineTopicRouteInfo(topic).getQueueDatas().stream()
                    .map(QueueData::getBrokerName)
                    .collect(Collectors.toUnmodifiableSet());
        } catch (MQClientException unknown) {
            if (unknown.getResponseCode() == ResponseCode.TOPIC_NOT_EXIST) {
                return Set.of();
            }
            throw failure("The route of topic '" + topic + "' could not be asked for", unknown);
        } catch (Exception e) {
            throw failure("The route of topic '" + topic + "' could not be asked for", e);
        }
    }

    @Override
    public List<StoredCopy> byKey(String topic, String key, int maxMessages, long beginMs, long endMs) {
        return query(topic, key, maxMessages, beginMs, endMs, "K");
    }

    @Override
    public List<StoredCopy> byTag(String topic, String tag, int maxMessages, long beginMs, long endMs) {
        return query(topic, tag, maxMessages, beginMs, endMs, "T");
    }

    private List<StoredCopy> query(
            String topic, String key, int maxMessages, long beginMs, long endMs, String indexType) {
        try {
            return admin
                    .queryMessage(null, topic, key, maxMessages, beginMs, endMs, indexType, null)
                    .getMessageList()
                    .stream()
                    .map(OfficialAdministration::stored)
                    .toList();
        } catch (MQClientException none) {
            if (none.getResponseCode() == ResponseCode.NO_MESSAGE) {
                return List.of();
            }
            throw failure("The query for '" + key + "' failed", none);
        } catch (Exception e) {
            throw failure("The query for '" + key + "' failed", e);
        }
    }

    @Override
    public StoredCopy byUniqueId(String topic, String uniqueId) {
        try {
            return stored(admin.queryMessage(null, topic, uniqueId));
        } catch (Exception e) {
            throw failure("The message '" + uniqueId + "' was not found", e);
        }
    }

    @Override
    public StoredCopy byOffsetId(String topic, String offsetMessageId) {
        try {
            return stored(client().viewMessage(topic, offsetMessageId));
        } catch (Exception e) {
            throw failure("There is no message '" + offsetMessageId + "'", e);
        }
    }

    @Override
    public long lowerOffset(String brokerName, String topic, int queueId, long timestampMs) {
        return offset(new MessageQueue(topic, brokerName, queueId), timestampMs, BoundaryType.LOWER);
    }

    @Override
    public long upperOffset(String brokerName, String topic, int queueId, long timestampMs) {
        return offset(new MessageQueue(topic, brokerName, queueId), timestampMs, BoundaryType.UPPER);
    }

    private long offset(MessageQueue queue, long timestampMs, BoundaryType boundary) {
        try {
            return client().searchOffset(queue, timestampMs, boundary);
        } catch (Exception e) {
            throw failure("The offset of " + queue + " at " + timestampMs + " could not be asked for", e);
        }
    }

    @Override
    public long committedOffset(String group, String brokerName, String topic, int queueId) {
        QueryConsumerOffsetRequestHeader header = new QueryConsumerOffsetRequestHeader();
        header.setConsumerGroup(group);
        header.setTopic(topic);
        header.setQueueId(queueId);
        try {
            return instance().getMQClientAPIImpl().queryConsumerOffset(address(brokerName, topic), header, TIMEOUT_MS);
        } catch (OffsetNotFoundException none) {
            return -1;
        } catch (Exception e) {
            throw failure("The offset of group '" + group + "' could not be asked for", e);
        }
    }

    private String address(String brokerName, String topic) throws Exception {
        return admin.examineTopicRouteInfo(topic).getBrokerDatas().stream()
                .filter(broker -> broker.getBrokerName().equals(brokerName))
                .map(BrokerData::selectBrokerAddr)
                .findFirst()
                .orElseThrow(() -> new IllegalStateException("no route names the broker '" + brokerName + "'"));
    }

    @Override
    public void resetOffsets(String group, String topic, long timestampMs) {
        try {
            admin.resetOffsetByTimestamp(topic, group, timestampMs, true);
        } catch (Exception e) {
            throw failure("The offsets of group '" + group + "' were not reset", e);
        }
    }

    /** The public tool offers neither the upper boundary nor the reading of one stored copy. */
    private MQAdminImpl client() {
        return instance().getMQAdminImpl();
    }

    private MQClientInstance instance() {
        return admin.getDefaultMQAdminExtImpl().getMqClientInstance();
    }

    private static StoredCopy stored(MessageExt message) {
        String offsetMessageId =
                message instanceof MessageClientExt received ? received.getOffsetMsgId() : message.getMsgId();
        return new StoredCopy(
                message.getTopic(),
                message.getMsgId(),
                offsetMessageId,
                message.getQueueId(),
                message.getQueueOffset(),
                message.getStoreTimestamp(),
                message.getBody());
    }

    @Override
    public void close() {
        admin.shutdown();
    }

    private static IllegalStateException failure(String what, Exception e) {
        if (e instanceof InterruptedException) {
            Thread.currentThread().interrupt();
        }
        return new IllegalStateException(what + ": " + e, e);
    }
}
