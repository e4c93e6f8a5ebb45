package io.reliablemq.broker;

import io.reliablemq.broker.request.MasterOnly;
import io.reliablemq.protocol.command.Command;
import io.reliablemq.protocol.command.ResponseCode;
import io.reliablemq.protocol.runtime.Clock;
import io.reliablemq.protocol.transport.RemotingClient;
import io.reliablemq.protocol.transport.Reply;
import io.reliablemq.protocol.transport.RequestHandler;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Handles on a slave what only a master does: refuses it, so that clients go to the master. A broker that has just handed
 * its role over passes it on to its successor instead, for as long as clients may not have heard of that: the Apache client
 * asks for routes twice a minute, and gives up a send after three refusals within a few milliseconds.
 *
 * <p>Thread-safe.
 */
final class MasterRelay implements RequestHandler {

    /** Twice the time between two looks of the Apache client at the routes. */
    private static final Duration RELAYED_FOR = Duration.ofSeconds(60);

    private static final Duration ANSWER_TIMEOUT = Duration.ofSeconds(10);

    /** Marks what was passed on, so that two brokers which both think that the other is the master stop at once. */
    private static final String RELAYED = "reliableMqRelayed";

    private final RemotingClient client;
    private final Supplier<@Nullable String> master;
    private final Clock clock;
    private final RequestHandler refusal;

    /** Until when requests are passed on; null if they are not. */
    private volatile @Nullable Long relayUntilNanos;

    /** @param master {@code host:port}; null as long as nobody knows it */
    MasterRelay(RemotingClient client, Supplier<@Nullable String> master, Clock clock) {
        this.client = client;
        this.master = master;
        this.clock = clock;
        this.refusal = MasterOnly.refusal(() -> {
            String address = master.get();
            return address == null ? "not known yet" : address;
        });
    }

    /** The role was handed over just now. */
    void handedOver() {
        relayUntilNanos = clock.nanos() + RELAYED_FOR.toNanos();
    }

    @Override
    public void handle(Command request, Reply reply) throws Exception {
        String address = master.get();
        if (address == null || !isRelaying() || request.fields().containsKey(RELAYED)) {
            refusal.handle(request, reply);
            return;
        }
        Map<String, String> fields = new HashMap<>(request.fields());
        fields.put(RELAYED, "true");
        Command relayed = new Command(
                request.code(), request.version(), 0, request.flags(), request.remark(), fields, request.body());
        if (request.isOneWay()) {
            // Nobody waits for an answer, so nobody can be told that it failed.
            client.sendOneWay(address, relayed);
            return;
        }
        client.invoke(address, relayed, ANSWER_TIMEOUT)
                .whenComplete((answer, error) -> reply.send(answer != null ? answer : failure(address, error)));
    }

    private boolean isRelaying() {
        Long until = relayUntilNanos;
        return until != null && until - clock.nanos() > 0;
    }

    private static Command failure(String address, @Nullable Throwable error) {
        return Command.failure(
                ResponseCode.SERVICE_NOT_AVAILABLE,
                "This broker has handed over to " + address + ", which does not answer: "
                        + (error == null ? "no reason given" : error.getMessage()));
    }
}
