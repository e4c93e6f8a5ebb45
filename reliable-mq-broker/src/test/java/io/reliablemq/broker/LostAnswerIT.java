package io.reliablemq.broker;

import static io.reliablemq.broker.BrokersOfOneName.PATIENCE;
import static io.reliablemq.broker.BrokersOfOneName.awaitInSync;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.reliablemq.broker.figures.Health;
import io.reliablemq.broker.nameserver.NameServer;
import io.reliablemq.broker.role.BrokerRole;
import io.reliablemq.broker.role.RoleChangeException;
import io.reliablemq.protocol.command.Command;
import io.reliablemq.protocol.command.RequestCode;
import io.reliablemq.protocol.command.ResponseCode;
import io.reliablemq.protocol.runtime.Clock;
import io.reliablemq.protocol.transport.Reply;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A master that hands over and hears nothing back: all that it says to its slave goes through a link that loses answers. */
class LostAnswerIT {

    private static final Set<Integer> OF_A_SWITCH =
            Set.of(RequestCode.PREPARE_TAKE_OVER, RequestCode.TAKE_OVER, RequestCode.CANCEL_TAKE_OVER);

    @TempDir
    Path folder;

    private final CompletableFuture<Broker> slave = new CompletableFuture<>();
    private volatile boolean lossy = true;
    private BrokersOfOneName brokers;

    @BeforeEach
    void start() throws Exception {
        brokers = new BrokersOfOneName(folder);
    }

    @AfterEach
    void stop() {
        brokers.close();
    }

    private void overTheLink(Command request, Reply reply) {
        if (!OF_A_SWITCH.contains(request.code())) {
            reply.send(Command.failure(ResponseCode.SYSTEM_ERROR, "Cut off"));
            return;
        }
        brokers.wire.ask(slave.join().address(), request).thenAccept(answer -> {
            if (!lossy || request.code() == RequestCode.PREPARE_TAKE_OVER) {
                reply.send(answer);
            }
        });
    }

    /** The slave seems to listen at that address, by what it says of itself. */
    private static BrokerEnvironment slaveSeenAt(String link) {
        return new BrokerEnvironment(Clock.SYSTEM, handlers -> (request, reply) -> {
            if (request.code() == RequestCode.FOLLOW_STATE) {
                Map<String, String> fields = new HashMap<>(request.fields());
                fields.put("brokerAddr", link);
                handlers.handle(Command.request(request.code(), fields, request.body()), reply);
            } else {
                handlers.handle(request, reply);
            }
        });
    }

    @Test
    void aMasterIsNoneAgainWhereItsSuccessorHasHandedOnBeforeItCouldSaySo() throws Exception {
        BrokerProperties cutOff = brokers.master("a", BrokerRole.SYNC_MASTER);
        try (NameServer elsewhere = brokers.nameServer()) {
            cutOff.setNameServers(List.of(Addresses.text(elsewhere.address())));
            Broker a = brokers.start(cutOff, slaveSeenAt(brokers.listen(this::overTheLink)));
            BrokerProperties slaveOfA = brokers.slave("b", 1);
            slaveOfA.setMasterAddress(BrokersOfOneName.address(a));
            Broker b = brokers.start(slaveOfA);
            slave.complete(b);
            awaitInSync(a, 2);
            assertThat(brokers.send(a, "one")).isEqualTo(ResponseCode.SUCCESS);

            assertThatThrownBy(a::switchOver)
                    .isInstanceOf(RoleChangeException.class)
                    .hasMessageContaining("has not answered since");
            Broker c = brokers.start(brokers.slave("c", 2));
            awaitInSync(b, 2);
            b.switchOver();
            awaitInSync(c, 2);
            assertThat(b.role().isMaster()).isFalse();
            lossy = false;

            await("it knows what became of its offer")
                    .atMost(PATIENCE)
                    .until(() -> a.health().findings().stream()
                            .noneMatch(finding -> finding.status() == Health.Status.DOWN));
            // One after the other: asked only when what follows from the answer is done.
            assertThatThrownBy(a::switchOver).hasMessageContaining("This broker is a slave");
            assertThat(brokers.send(c, "two")).isEqualTo(ResponseCode.SUCCESS);
            assertThat(brokers.stored(c)).containsExactly("one", "two");
        }
    }
}
