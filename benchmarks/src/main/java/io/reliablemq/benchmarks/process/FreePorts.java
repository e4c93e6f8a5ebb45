package io.reliablemq.benchmarks.process;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.Random;

/** Finds ports on the loopback address that nobody listens on at the moment. */
final class FreePorts {

    // Below the range from which Linux gives ports to outgoing connections, so that none takes one before it is used.
    private static final int LOWEST = 12_000;
    private static final int HIGHEST = 32_000;
    private static final Random RANDOM = new Random();

    /** A free port whose neighbours from {@code below} under it to {@code above} over it are free as well. */
    static int nextWithNeighbours(int below, int above) {
        for (int attempt = 0; attempt < 1_000; attempt++) {
            int port = LOWEST + RANDOM.nextInt(HIGHEST - LOWEST);
            if (allFree(port - below, port + above)) {
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

    private FreePorts() {}
}
