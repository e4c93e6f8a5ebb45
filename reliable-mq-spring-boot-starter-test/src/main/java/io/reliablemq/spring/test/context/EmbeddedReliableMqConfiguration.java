package io.reliablemq.spring.test.context;

import io.reliablemq.broker.BrokerEnvironment;
import io.reliablemq.client.MqClient;
import io.reliablemq.client.api.Producer;
import io.reliablemq.protocol.runtime.Clock;
import io.reliablemq.spring.embedded.EmbeddedBroker;
import io.reliablemq.spring.support.MessageMapper;
import io.reliablemq.spring.support.PayloadConverter;
import io.reliablemq.spring.test.BrokerFaults;
import io.reliablemq.spring.test.ReceivedPayloads;
import io.reliablemq.spring.test.ReliableMqTestTemplate;
import io.reliablemq.spring.test.VirtualClock;
import java.nio.file.Path;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** What a test finds in its context beside the broker, and what the broker lives in. */
@Configuration(proxyBeanMethods = false)
class EmbeddedReliableMqConfiguration {

    /** Names the folder of all that is kept on disk, which goes with the context. */
    static final String FOLDER = "reliable-mq.test.folder";

    @Bean
    VirtualClock reliableMqVirtualClock() {
        return new VirtualClock();
    }

    @Bean
    Clock reliableMqTestClock(VirtualClock clock) {
        return clock.forBroker();
    }

    @Bean
    BrokerFaults reliableMqBrokerFaults() {
        return new BrokerFaults();
    }

    @Bean
    TemporaryFolder reliableMqTestFolder(@Value("${" + FOLDER + "}") Path folder) {
        return new TemporaryFolder(folder);
    }

    /** The broker needs it, and so ends before the folder goes. */
    @Bean
    BrokerEnvironment reliableMqTestEnvironment(Clock clock, BrokerFaults faults, TemporaryFolder folder) {
        return new BrokerEnvironment(clock, faults.forBroker());
    }

    @Bean
    ReliableMqTestTemplate reliableMqTestTemplate(
            ObjectProvider<EmbeddedBroker> broker,
            MqClient client,
            Producer producer,
            PayloadConverter converter,
            MessageMapper mapper,
            VirtualClock clock) {
        EmbeddedBroker embedded = broker.getIfAvailable(() -> {
            throw new IllegalStateException(
                    "@EmbeddedReliableMq found no embedded broker in the context. A bean of type"
                            + " ReliableMqConnectionDetails, which names another broker, goes before it: leave that bean out of this"
                            + " test");
        });
        return new ReliableMqTestTemplate(embedded, client, producer, new ReceivedPayloads(converter, mapper), clock);
    }
}
