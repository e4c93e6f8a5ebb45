package io.reliablemq.conformance.official;

import io.reliablemq.conformance.port.Administration;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.rocketmq.client.exception.MQClientException;
import org.apache.rocketmq.common.TopicConfig;
import org.apache.rocketmq.remoting.protocol.ResponseCode;
import org.apache.rocketmq.remoting.protocol.route.QueueData;
import org.apache.rocketmq.tools.admin.DefaultMQAdminExt;

/** {@code DefaultMQAdminExt}, on which {@code mqadmin} rests. */
public final class OfficialAdministration implements Administration {

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
