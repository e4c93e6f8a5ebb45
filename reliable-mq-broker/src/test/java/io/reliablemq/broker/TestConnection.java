package io.reliablemq.broker;

import io.reliablemq.protocol.command.Command;
import io.reliablemq.protocol.transport.Connection;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;

/** A connection to nobody, which a test closes by hand. */
public class TestConnection implements Connection {

    private final List<Runnable> onClose = new ArrayList<>();
    private final List<Command> sent = new CopyOnWriteArrayList<>();
    private final AtomicInteger executed = new AtomicInteger();
    private boolean open = true;

    /** The one-way requests that were sent over it. */
    public List<Command> sent() {
        return sent;
    }

    /** How many actions were run on what stands for its event loop. */
    public int executed() {
        return executed.get();
    }

    @Override
    public InetSocketAddress remoteAddress() {
        return new InetSocketAddress("127.0.0.1", 1);
    }

    @Override
    public boolean isOpen() {
        return open;
    }

    @Override
    public CompletableFuture<Command> invoke(Command request, Duration timeout) {
        return new CompletableFuture<>();
    }

    @Override
    public CompletableFuture<Void> sendOneWay(Command request) {
        sent.add(request);
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
        executed.incrementAndGet();
        action.run();
    }

    @Override
    public void close() {
        open = false;
        onClose.forEach(Runnable::run);
        onClose.clear();
    }
}
