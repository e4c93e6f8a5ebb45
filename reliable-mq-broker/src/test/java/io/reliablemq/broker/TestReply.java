package io.reliablemq.broker;

import io.reliablemq.protocol.command.Body;
import io.reliablemq.protocol.command.Command;
import io.reliablemq.protocol.transport.Connection;
import io.reliablemq.protocol.transport.Reply;
import java.util.concurrent.CompletableFuture;

/** Keeps the answer for the test. */
public final class TestReply implements Reply {

    public final CompletableFuture<Command> answer = new CompletableFuture<>();

    /** Whether the answer was given by a thread that would rather write it itself. */
    public volatile boolean direct;

    private final Connection connection;

    public TestReply() {
        this(new TestConnection());
    }

    public TestReply(Connection connection) {
        this.connection = connection;
    }

    @Override
    public Connection connection() {
        return connection;
    }

    @Override
    public void send(Command response) {
        if (!answer.complete(response)) {
            throw new IllegalStateException("A second answer: " + response.code());
        }
    }

    @Override
    public void sendDirectly(Command response) {
        direct = true;
        send(response);
    }

    @Override
    public Body allocate(int size) {
        throw new UnsupportedOperationException("no test needs bodies");
    }
}
