package io.reliablemq.broker;

import io.reliablemq.broker.replication.state.StatePages;
import io.reliablemq.broker.role.ActingRole;
import io.reliablemq.broker.role.RoleChangeException;
import io.reliablemq.broker.role.RoleInDoubtException;
import io.reliablemq.broker.role.TakeOverOffer;
import io.reliablemq.protocol.command.Command;
import io.reliablemq.protocol.command.ResponseCode;
import io.reliablemq.protocol.header.HeaderFields;
import io.reliablemq.protocol.runtime.Clock;
import io.reliablemq.protocol.transport.Reply;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The planned switch, on the side of the slave that takes over. Handlers are called on event loops, and do their work and
 * answer on {@code rmq-role}.
 */
final class TakeOver {

    private static final Duration PREPARE_BOUND = Duration.ofSeconds(4);

    /** An offer that nobody came back to is void. */
    private static final Duration OFFER_BOUND = Duration.ofSeconds(15);

    private final RoleChanges changes;
    private final RoleThread thread;
    private final Clock clock;

    /** Belongs to {@code rmq-role}. */
    private @Nullable Prepared prepared;

    private record Prepared(TakeOverOffer offer, long deadlineNanos) {

        boolean is(String token) {
            return offer.token().equals(token);
        }
    }

    TakeOver(RoleChanges changes, RoleThread thread, Clock clock) {
        this.changes = changes;
        this.thread = thread;
        this.clock = clock;
    }

    void prepare(Command request, Reply reply) {
        TakeOverOffer offer = TakeOverOffer.read(request.fields());
        answer(reply, () -> {
            changes.host().tenure().prepareToTakeOver(offer.end(), StatePages.decode(request.body()), PREPARE_BOUND);
            changes.learn(offer.masterRole());
            prepared = new Prepared(offer, clock.nanos() + OFFER_BOUND.toNanos());
        });
    }

    void takeOver(Command request, Reply reply) {
        String token = token(request);
        answer(reply, () -> {
            Prepared known = prepared;
            if (known == null || !known.is(token) || clock.nanos() - known.deadlineNanos() > 0) {
                throw new RoleChangeException("This take-over was not prepared, or too long ago");
            }
            ActingRole master = changes.promise(token);
            prepared = null;
            // All of it: the old master, too, waits until it can follow.
            changes.host().gate().hold(Set.of());
            thread.later(() -> changes.open(master, RoleChanges.Ground.accepted(known.offer())));
        });
    }

    void cancel(Command request, Reply reply) {
        String token = token(request);
        boolean accepted = thread.later(() -> {
            Prepared known = prepared;
            if (known != null && known.is(token)) {
                prepared = null;
            }
            // No answer if that fails: the other one is to ask again.
            changes.settle();
            Map<String, String> fields = new HashMap<>(changes.status().fields());
            // This broker may have been the master meanwhile, and a slave again.
            fields.put(TakeOverOffer.ACCEPTED, String.valueOf(changes.hasAccepted(token)));
            reply.send(Command.success(fields));
        });
        refuseUnless(accepted, reply);
    }

    private static String token(Command request) {
        return HeaderFields.of(request.fields()).text(TakeOverOffer.TOKEN);
    }

    /** Answers with the status after the step, or with why it was refused; not at all if nobody knows whether it was. */
    private void answer(Reply reply, RoleThread.Step step) {
        boolean accepted = thread.later(() -> {
            try {
                step.run();
                reply.send(Command.success(changes.status().fields()));
            } catch (RoleInDoubtException e) {
                throw e;
            } catch (Exception e) {
                reply.send(Command.failure(ResponseCode.NO_PERMISSION, String.valueOf(e.getMessage())));
            }
        });
        refuseUnless(accepted, reply);
    }

    private static void refuseUnless(boolean accepted, Reply reply) {
        if (!accepted) {
            reply.send(Command.failure(ResponseCode.SERVICE_NOT_AVAILABLE, "The broker is about to stop"));
        }
    }
}
