package io.reliablemq.client.testing;

import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A server below the protocol: it reads whole frames and answers with whatever bytes a test wants, or with none. */
public final class RawServer implements AutoCloseable {

    private static final Pattern OPAQUE = Pattern.compile("\"opaque\":(-?\\d+)");
    /** Behind type, length, code, language and version of a frame with a binary header. */
    private static final int BINARY_OPAQUE_AT = 9;

    private final ServerSocket listening;
    private final Answer answer;
    private final AtomicInteger requests = new AtomicInteger();
    private final AtomicInteger answers = new AtomicInteger();

    /** What comes back for a request. */
    @FunctionalInterface
    public interface Answer {

        /** Writes what it likes; the connection is closed if it returns false. */
        boolean write(int opaque, OutputStream out) throws IOException;
    }

    public RawServer(Answer answer) {
        this.answer = answer;
        try {
            this.listening = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        thread("raw-accept", this::accept);
    }

    public String address() {
        return "127.0.0.1:" + listening.getLocalPort();
    }

    /** How many frames have come in. */
    public int requests() {
        return requests.get();
    }

    /** How many of them were answered, in whichever way. */
    public int answers() {
        return answers.get();
    }

    /** A frame with that JSON header and no body. */
    public static byte[] frame(String header) {
        byte[] json = header.getBytes(StandardCharsets.UTF_8);
        return ByteBuffer.allocate(8 + json.length)
                .putInt(4 + json.length)
                .putInt(json.length)
                .put(json)
                .array();
    }

    private void accept() {
        while (!listening.isClosed()) {
            try {
                Socket socket = listening.accept();
                thread("raw-serve", () -> serve(socket));
            } catch (IOException e) {
                return;
            }
        }
    }

    private void serve(Socket socket) {
        try (socket;
                DataInputStream in = new DataInputStream(socket.getInputStream())) {
            boolean open = true;
            while (open) {
                byte[] frame = new byte[in.readInt()];
                in.readFully(frame);
                requests.incrementAndGet();
                int opaque = opaque(frame);
                answers.incrementAndGet();
                open = answer.write(opaque, socket.getOutputStream());
            }
        } catch (EOFException e) {
            // The client has closed the connection.
        } catch (IOException e) {
            if (!listening.isClosed() && !socket.isClosed()) {
                throw new UncheckedIOException(e);
            }
        }
    }

    private static int opaque(byte[] frame) {
        if (frame[0] == 1) {
            return ByteBuffer.wrap(frame).getInt(BINARY_OPAQUE_AT);
        }
        Matcher opaque = OPAQUE.matcher(new String(frame, StandardCharsets.ISO_8859_1));
        if (!opaque.find()) {
            throw new IllegalStateException("A request without a correlation id");
        }
        return Integer.parseInt(opaque.group(1));
    }

    private static void thread(String name, Runnable task) {
        Thread thread = new Thread(task, name);
        thread.setDaemon(true);
        thread.start();
    }

    @Override
    public void close() {
        try {
            listening.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
