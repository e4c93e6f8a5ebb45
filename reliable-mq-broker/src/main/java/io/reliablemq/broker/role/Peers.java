package io.reliablemq.broker.role;

import io.reliablemq.protocol.body.ClusterInfo;
import io.reliablemq.protocol.body.JsonBodies;
import io.reliablemq.protocol.body.MalformedBodyException;
import io.reliablemq.protocol.command.Body;
import io.reliablemq.protocol.command.Command;
import io.reliablemq.protocol.command.RequestCode;
import io.reliablemq.protocol.command.ResponseCode;
import io.reliablemq.protocol.header.HeaderFields;
import io.reliablemq.protocol.header.MalformedHeaderException;
import io.reliablemq.protocol.route.BrokerAddresses;
import io.reliablemq.protocol.transport.RemotingClient;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Asks the other brokers of this broker's name. Each question waits for its answer, so it is for {@code rmq-role} alone. */
public final class Peers {

    private static final Duration ASK_TIMEOUT = Duration.ofSeconds(2);
    private static final Duration NAME_SERVER_TIMEOUT = Duration.ofSeconds(1);
    private static final Duration PREPARE_TIMEOUT = Duration.ofSeconds(5);

    private final RemotingClient client;

    public Peers(RemotingClient client) {
        this.client = client;
    }

    /**
     * Asks a broker which role it has.
     *
     * @param own what this broker says of itself; the other one gives way to it, if that is how it is
     * @return empty if it does not answer
     */
    public Optional<RoleStatus> ask(String address, RoleStatus own) {
        return status(answer(address, Command.request(RequestCode.ASK_ROLE, own.fields()), ASK_TIMEOUT));
    }

    /** Tells a master that this broker is the master by the will of an operator, however far either has come. */
    public void displace(String address, RoleStatus own) {
        Map<String, String> fields = new HashMap<>(own.fields());
        fields.put(RoleStatus.FORCED, "true");
        answer(address, Command.request(RequestCode.ASK_ROLE, fields), ASK_TIMEOUT);
    }

    /** Tells other brokers of this name who is the master. They ask back; whether they heard it does not matter here. */
    public void announce(Collection<String> addresses, RoleStatus own) {
        addresses.forEach(
                address -> client.invoke(address, Command.request(RequestCode.ASK_ROLE, own.fields()), ASK_TIMEOUT));
    }

    /** Asks a broker which role it has, without saying anything. @return empty if it does not answer */
    public Optional<RoleStatus> ask(String address) {
        return status(answer(address, Command.request(RequestCode.ASK_ROLE, Map.of()), ASK_TIMEOUT));
    }

    /**
     * Hands the state to the slave that is to take over.
     *
     * @param state all files, as they are sent
     * @throws RoleChangeException if it cannot take over, or does not answer
     */
    public RoleStatus prepare(String address, TakeOverOffer offer, Body state) throws RoleChangeException {
        Command answer =
                answer(address, Command.request(RequestCode.PREPARE_TAKE_OVER, offer.fields(), state), PREPARE_TIMEOUT);
        if (answer == null) {
            throw new RoleChangeException("The slave at " + address + " does not answer");
        }
        return status(answer)
                .orElseThrow(() -> new RoleChangeException(
                        "The slave at " + address + " cannot take over: " + answer.remarkText()));
    }

    /** What is known of a take-over. */
    public enum Outcome {
        /** The slave is the master, or was it and has handed on since. */
        TAKEN,
        /** The slave was a slave all the time, and the take-over is void. */
        REFUSED,
        /** It has not answered. */
        UNKNOWN
    }

    /** Makes the prepared slave the master. */
    public Outcome takeOver(String address, String token) {
        Command answer = told(address, RequestCode.TAKE_OVER, token);
        if (answer == null) {
            return Outcome.UNKNOWN;
        }
        return isMaster(answer) ? Outcome.TAKEN : Outcome.REFUSED;
    }

    /**
     * Makes the prepared slave stay what it is, if it has not become the master already.
     *
     * @param epoch the last one of the broker that asks
     */
    public Outcome cancel(String address, String token, int epoch) {
        Command answer = told(address, RequestCode.CANCEL_TAKE_OVER, token);
        Optional<RoleStatus> status = status(answer);
        if (answer == null || status.isEmpty()) {
            // One that is about to stop refuses to be asked, whatever it has done before.
            return Outcome.UNKNOWN;
        }
        boolean wasMaster = HeaderFields.of(answer.fields()).flag(TakeOverOffer.ACCEPTED, false);
        // A later epoch is that of another master, be it this slave or one that it has followed since.
        boolean isLater = status.get().log().epoch() > epoch;
        return status.get().isMaster() || wasMaster || isLater ? Outcome.TAKEN : Outcome.REFUSED;
    }

    private @Nullable Command told(String address, int code, String token) {
        return answer(address, Command.request(code, Map.of(TakeOverOffer.TOKEN, token)), ASK_TIMEOUT);
    }

    private static boolean isMaster(Command answer) {
        return status(answer).filter(RoleStatus::isMaster).isPresent();
    }

    /** The masters of this name that name servers know, other than the broker at this address. */
    public List<String> masters(List<String> nameServers, String brokerName, String ownAddress) {
        return known(nameServers, brokerName, ownAddress, of -> Stream.ofNullable(of.master()));
    }

    /** The brokers of this name that name servers know, other than the one at this address. */
    public List<String> others(List<String> nameServers, String brokerName, String ownAddress) {
        return known(nameServers, brokerName, ownAddress, of -> of.addresses().values().stream());
    }

    private List<String> known(
            List<String> nameServers,
            String brokerName,
            String ownAddress,
            Function<BrokerAddresses, Stream<String>> wanted) {
        TreeSet<String> known = new TreeSet<>();
        List<CompletableFuture<Command>> answers = nameServers.stream()
                .map(address -> client.invoke(
                        address, Command.request(RequestCode.GET_BROKER_CLUSTER_INFO, Map.of()), NAME_SERVER_TIMEOUT))
                .toList();
        for (CompletableFuture<Command> one : answers) {
            brokers(settled(one), brokerName).flatMap(wanted).forEach(known::add);
        }
        known.remove(ownAddress);
        return List.copyOf(known);
    }

    private static Stream<BrokerAddresses> brokers(@Nullable Command answer, String brokerName) {
        if (answer == null || !answer.isSuccess()) {
            return Stream.empty();
        }
        try {
            return Stream.ofNullable(
                    JsonBodies.read(answer.body(), ClusterInfo.class).brokers().get(brokerName));
        } catch (MalformedBodyException e) {
            // A name server that cannot be understood knows no brokers; a registration with it over the network reports
            // that.
            return Stream.empty();
        }
    }

    private @Nullable Command answer(String address, Command request, Duration timeout) {
        return settled(client.invoke(address, request, timeout));
    }

    /** The answer, within the time that its request was given; null if there was none. */
    private static @Nullable Command settled(CompletableFuture<Command> answer) {
        try {
            return answer.join();
        } catch (CompletionException e) {
            return null;
        }
    }

    private static Optional<RoleStatus> status(@Nullable Command answer) {
        if (answer == null || answer.code() != ResponseCode.SUCCESS) {
            return Optional.empty();
        }
        try {
            return Optional.of(RoleStatus.read(answer.fields()));
        } catch (MalformedHeaderException e) {
            // Whoever answers like that is no broker of ours, and cannot be asked.
            return Optional.empty();
        }
    }
}
