package io.reliablemq.broker.lab;

import io.reliablemq.protocol.command.Body;
import io.reliablemq.protocol.command.Command;
import io.reliablemq.protocol.transport.Connection;
import io.reliablemq.protocol.transport.Reply;
import io.reliablemq.protocol.transport.RequestHandler;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;

/** A connection in memory. What is sent arrives in order, when chance wills, or never if the link is cut before. */
final class LabLink {

    private static final InetSocketAddress ADDRESS = new InetSocketAddress("127.0.0.1", 1);

    /** Something on its way. */
    private interface Frame {
        void arrive() throws Exception;
    }

    private final End slave = new End();
    private final End master = new End();
    private final List<CompletableFuture<Command>> unanswered = new ArrayList<>();
    private boolean open = true;

    LabLink(RequestHandler ofSlave, RequestHandler ofMaster) {
        slave.handler = ofSlave;
        slave.other = master;
        master.handler = ofMaster;
        master.other = slave;
    }

    /** The slave's end. */
    Connection connection() {
        return slave;
    }

    boolean isOpen() {
        return open;
    }

    /** Lets one frame arrive; false if none is on its way. */
    boolean deliver(Random chance) throws Exception {
        if (slave.arriving.isEmpty() && master.arriving.isEmpty()) {
            return false;
        }
        boolean toSlave = master.arriving.isEmpty() || !slave.arriving.isEmpty() && chance.nextBoolean();
        (toSlave ? slave : master).arriving.remove().arrive();
        return true;
    }

    void cut() {
        if (!open) {
            return;
        }
        open = false;
        slave.arriving.clear();
        master.arriving.clear();
        List.copyOf(unanswered).forEach(answer -> answer.completeExceptionally(new IOException("The link is cut")));
        slave.tellClosed();
        master.tellClosed();
    }

    private final class End implements Connection {

        private final Deque<Frame> arriving = new ArrayDeque<>();
        private final List<Runnable> onClose = new ArrayList<>();
        private RequestHandler handler;
        private End other;

        private void tellClosed() {
            List.copyOf(onClose).forEach(Runnable::run);
            onClose.clear();
        }

        @Override
        public InetSocketAddress remoteAddress() {
            return ADDRESS;
        }

        @Override
        public boolean isOpen() {
            return open;
        }

        @Override
        public CompletableFuture<Command> invoke(Command request, Duration timeout) {
            CompletableFuture<Command> answer = new CompletableFuture<>();
            if (!open) {
                answer.completeExceptionally(new IOException("The link is cut"));
                return answer;
            }
            unanswered.add(answer);
            other.arriving.add(() -> other.handler.handle(request, replyThrough(answer)));
            return answer;
        }

        /** What the other end answers with, which comes back to this one. */
        private Reply replyThrough(CompletableFuture<Command> answer) {
            return new LabReply(other, response -> {
                if (open) {
                    arriving.add(() -> {
                        unanswered.remove(answer);
                        answer.complete(response);
                    });
                }
            });
        }

        @Override
        public CompletableFuture<Void> sendOneWay(Command request) {
            if (!open) {
                return CompletableFuture.failedFuture(new IOException("The link is cut"));
            }
            other.arriving.add(() -> other.handler.handle(request, new LabReply(other, response -> {})));
            return CompletableFuture.completedFuture(null);
        }

        @Override
        public CompletableFuture<Void> sendOneWayDirectly(Command request) {
            return sendOneWay(request);
        }

        @Override
        public void onClose(Runnable action) {
            if (open) {
                onClose.add(action);
            } else {
                action.run();
            }
        }

        @Override
        public void execute(Runnable action) {
            action.run();
        }

        @Override
        public void close() {
            cut();
        }
    }

    /** Who takes an answer. */
    private interface Answers {
        void take(Command response);
    }

    private record LabReply(Connection connection, Answers answers) implements Reply {

        @Override
        public void send(Command response) {
            answers.take(response);
        }

        @Override
        public void sendDirectly(Command response) {
            send(response);
        }

        @Override
        public Body allocate(int size) {
            return Body.of(new byte[size]);
        }
    }
}
