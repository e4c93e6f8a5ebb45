package io.reliablemq.client.testing;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.atomic.AtomicBoolean;

/** Hands frames on between a client and a server, and cuts the connection once: in the middle of the first answer with a given text. */
public final class CuttingProxy implements AutoCloseable {

    private final ServerSocket listening;
    private final int port;
    private final String text;
    private final AtomicBoolean cut = new AtomicBoolean();

    /** @param server its address, on this machine */
    public CuttingProxy(String server, String text) {
        this.port = Integer.parseInt(server.substring(server.indexOf(':') + 1));
        this.text = text;
        try {
            this.listening = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        thread("proxy-accept", this::accept);
    }

    public String address() {
        return "127.0.0.1:" + listening.getLocalPort();
    }

    public boolean hasCut() {
        return cut.get();
    }

    private void accept() throws IOException {
        while (true) {
            Socket client = listening.accept();
            Socket server = new Socket(InetAddress.getLoopbackAddress(), port);
            thread("proxy-requests", () -> {
                try (client;
                        server) {
                    client.getInputStream().transferTo(server.getOutputStream());
                }
            });
            thread("proxy-answers", () -> {
                try (client;
                        server) {
                    handOn(
                            new DataInputStream(server.getInputStream()),
                            new DataOutputStream(client.getOutputStream()));
                }
            });
        }
    }

    /** Returns after the cut. */
    private void handOn(DataInputStream in, DataOutputStream out) throws IOException {
        while (true) {
            byte[] frame = new byte[in.readInt()];
            in.readFully(frame);
            boolean wanted = new String(frame, StandardCharsets.ISO_8859_1).contains(text);
            boolean cuts = wanted && cut.compareAndSet(false, true);
            out.writeInt(frame.length);
            out.write(frame, 0, cuts ? frame.length / 2 : frame.length);
            out.flush();
            if (cuts) {
                return;
            }
        }
    }

    private interface Work {
        void run() throws IOException;
    }

    private static void thread(String name, Work work) {
        Thread thread = new Thread(
                () -> {
                    try {
                        work.run();
                    } catch (IOException e) {
                        // One of the two has closed its connection, or the test is over.
                    }
                },
                name);
        thread.setDaemon(true);
        thread.start();
    }

    @Override
    public void close() throws IOException {
        listening.close();
    }
}
