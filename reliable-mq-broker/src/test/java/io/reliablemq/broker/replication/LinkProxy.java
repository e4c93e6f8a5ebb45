package io.reliablemq.broker.replication;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntSupplier;

/** Stands between a slave and its master: cuts the link, holds it up, or damages what passes. */
final class LinkProxy implements AutoCloseable {

    private static final int BUFFER_BYTES = 64 << 10;

    private final ServerSocket listening;
    private final IntSupplier targetPort;
    private final Set<Socket> open = ConcurrentHashMap.newKeySet();
    private final AtomicInteger damageIn = new AtomicInteger(-1);
    private final Object gate = new Object();
    private boolean paused;
    private volatile boolean cut;

    LinkProxy(IntSupplier targetPort) throws IOException {
        this.targetPort = targetPort;
        this.listening = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        start("proxy-accept", this::accept);
    }

    String address() {
        return "127.0.0.1:" + listening.getLocalPort();
    }

    /** Closes all connections, and lets none be opened until {@link #repair()}. */
    void cut() {
        cut = true;
        open.forEach(LinkProxy::close);
    }

    void repair() {
        cut = false;
    }

    /** Holds back what comes in either direction, without closing anything. */
    void pause() {
        synchronized (gate) {
            paused = true;
        }
    }

    void resume() {
        synchronized (gate) {
            paused = false;
            gate.notifyAll();
        }
    }

    /** Flips a bit of what passes from the master, after so many bytes, once. */
    void damageAfter(int bytes) {
        damageIn.set(bytes);
    }

    private void accept() {
        while (!listening.isClosed()) {
            try {
                Socket slave = listening.accept();
                open.add(slave);
                if (cut) {
                    close(slave);
                    continue;
                }
                Socket master = new Socket(InetAddress.getLoopbackAddress(), targetPort.getAsInt());
                open.add(master);
                slave.setTcpNoDelay(true);
                master.setTcpNoDelay(true);
                start("proxy-up", () -> pass(slave, master, false));
                start("proxy-down", () -> pass(master, slave, true));
            } catch (IOException e) {
                // The master is away, or the proxy is closed; whoever dials tries again.
                continue;
            }
        }
    }

    private void pass(Socket from, Socket to, boolean mayDamage) {
        byte[] buffer = new byte[BUFFER_BYTES];
        try (from;
                to) {
            InputStream in = from.getInputStream();
            OutputStream out = to.getOutputStream();
            for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
                awaitOpen();
                if (mayDamage) {
                    damage(buffer, read);
                }
                out.write(buffer, 0, read);
            }
        } catch (IOException e) {
            // Cut, by one of the three.
            return;
        } finally {
            open.remove(from);
            open.remove(to);
        }
    }

    private void damage(byte[] buffer, int length) {
        int left = damageIn.get();
        if (left >= 0) {
            if (left < length) {
                buffer[left] ^= 4;
                damageIn.set(-1);
            } else {
                damageIn.set(left - length);
            }
        }
    }

    private void awaitOpen() {
        synchronized (gate) {
            while (paused) {
                try {
                    gate.wait();
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                    return;
                }
            }
        }
    }

    private static void start(String name, Runnable task) {
        Thread thread = new Thread(task, name);
        thread.setDaemon(true);
        thread.start();
    }

    private static void close(Socket socket) {
        try {
            socket.close();
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    @Override
    public void close() throws IOException {
        listening.close();
        resume();
        open.forEach(LinkProxy::close);
    }
}
