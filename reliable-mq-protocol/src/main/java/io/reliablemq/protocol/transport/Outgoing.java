package io.reliablemq.protocol.transport;

import io.reliablemq.protocol.command.Command;
import java.util.concurrent.CompletableFuture;

/** Something to be sent on a connection, on its way from any thread to the event loop. */
sealed interface Outgoing {

    /** Rough size of header and lengths, so that commands without a body count too. */
    int HEAD_BYTES = 256;

    Command command();

    /** Roughly how many bytes it will take. */
    default int size() {
        return HEAD_BYTES + command().body().size();
    }

    /** The answer to a request of the other side. */
    record Answer(Command command) implements Outgoing {}

    /** A request without an answer. */
    record OneWay(Command command, CompletableFuture<Void> written) implements Outgoing {}

    /** A request that waits for its answer. All but the future belongs to the event loop. */
    final class Request implements Outgoing {

        private final Command command;
        private final CompletableFuture<Command> answer;
        private final long deadlineNanos;
        private int correlationId;
        private boolean written;

        Request(Command command, long deadlineNanos) {
            this.command = command;
            this.answer = new CompletableFuture<>();
            this.deadlineNanos = deadlineNanos;
        }

        @Override
        public Command command() {
            return command;
        }

        CompletableFuture<Command> answer() {
            return answer;
        }

        long deadlineNanos() {
            return deadlineNanos;
        }

        int correlationId() {
            return correlationId;
        }

        void giveCorrelationId(int id) {
            correlationId = id;
        }

        boolean wasWritten() {
            return written;
        }

        void markWritten() {
            written = true;
        }
    }
}
