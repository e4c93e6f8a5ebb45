package io.reliablemq.conformance.process;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.BitSet;
import java.util.Random;

/**
 * Finds ports on the loopback address that nobody listens on at the moment, each of them once: whoever has one may not listen
 * yet. Thread-safe.
 */
public final class FreePorts {

    // Below the range from which Linux gives ports to outgoing connections, so that none takes one before it is used.
    private static final int LOWEST = 12_000;
    private static final int HIGHEST = 32_000;
    private static final Random RANDOM = new Random();
    private static final BitSet GIVEN = new BitSet();

    private FreePorts() {}

    public static int next() {
        return nextWithNeighbours(0, 0);
    }

    /** A free port whose neighbours from {@code below} under it to {@code above} over it are free as well. */
    public static synchronized int nextWithNeighbours(int below, int above) {
        for (int attempt = 0; attempt < 1_000; attempt++) {
            int port = LOWEST + RANDOM.nextInt(HIGHEST - LOWEST);
            boolean given = GIVEN.get(port - below, port + above + 1).cardinality() > 0;
            if (!given && allFree(port - below, port + above)) {
                GIVEN.set(port - below, port + above + 1);
                return port;
            }
        }
        throw new IllegalStateException("No free port between " + LOWEST + " and " + HIGHEST);
    }

    private static boolean allFree(int first, int last) {
        for (int port = first; port <= last; port++) {
            try (ServerSocket socket = new ServerSocket()) {
                socket.setReuseAddress(true);
                socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
            } catch (IOException taken) {
                return false;
            }
        }
        return true;
    }
}
