package io.reliablemq.protocol.transport;

import io.reliablemq.protocol.tls.Tls;
import java.time.Duration;

/**
 * Limits of an endpoint, and how it encrypts.
 *
 * @param ioThreads event loop threads, at least 1
 * @param maxFrameBytes largest frame, length field included
 * @param maxHeaderBytes largest header within a frame
 * @param maxInFlight requests of this side that wait for an answer, per connection
 * @param connectTimeout how long a connection may take to open
 * @param idleTimeout a connection without traffic in either direction for that long is closed; one on
 *     which requests time out while nothing is received, after a quarter of it
 * @param writeHighWater bytes waiting to be written from which on a connection counts as not writable: reading from it
 *     pauses until the backlog has been written
 * @param maxConnections most connections that a server keeps open; more are closed at once
 * @param tls how connections are encrypted
 * @param binaryHeaders whether a side that opens a connection writes binary headers, which every peer reads, instead of JSON.
 *     One that accepts them writes what it has met
 */
public record TransportSettings(
        int ioThreads,
        int maxFrameBytes,
        int maxHeaderBytes,
        int maxInFlight,
        Duration connectTimeout,
        Duration idleTimeout,
        int writeHighWater,
        int maxConnections,
        Tls tls,
        boolean binaryHeaders) {

    public static final int MAX_FRAME_BYTES = 16 * 1024 * 1024;
    public static final int DEFAULT_MAX_CONNECTIONS = 10_000;

    public TransportSettings {
        if (ioThreads < 1) {
            throw new IllegalArgumentException("ioThreads is " + ioThreads + "; at least 1 is needed");
        }
        requirePositive("maxFrameBytes", maxFrameBytes);
        requirePositive("maxHeaderBytes", maxHeaderBytes);
        requirePositive("maxInFlight", maxInFlight);
        requirePositive("connectTimeout", connectTimeout.toMillis());
        requirePositive("idleTimeout", idleTimeout.toMillis());
        requirePositive("writeHighWater", writeHighWater);
        requirePositive("maxConnections", maxConnections);
    }

    private static void requirePositive(String name, long value) {
        if (value <= 0) {
            throw new IllegalArgumentException(name + " is " + value + "; it has to be above 0");
        }
    }

    public static TransportSettings defaults() {
        return new TransportSettings(
                Math.min(4, Runtime.getRuntime().availableProcessors()),
                MAX_FRAME_BYTES,
                256 * 1024,
                65_536,
                Duration.ofSeconds(3),
                Duration.ofSeconds(120),
                8 * 1024 * 1024,
                DEFAULT_MAX_CONNECTIONS,
                Tls.NONE,
                false);
    }

    public TransportSettings withIoThreads(int threads) {
        return new TransportSettings(
                threads,
                maxFrameBytes,
                maxHeaderBytes,
                maxInFlight,
                connectTimeout,
                idleTimeout,
                writeHighWater,
                maxConnections,
                tls,
                binaryHeaders);
    }

    public TransportSettings withTls(Tls encryption) {
        return new TransportSettings(
                ioThreads,
                maxFrameBytes,
                maxHeaderBytes,
                maxInFlight,
                connectTimeout,
                idleTimeout,
                writeHighWater,
                maxConnections,
                encryption,
                binaryHeaders);
    }

    public TransportSettings withMaxConnections(int connections) {
        return new TransportSettings(
                ioThreads,
                maxFrameBytes,
                maxHeaderBytes,
                maxInFlight,
                connectTimeout,
                idleTimeout,
                writeHighWater,
                connections,
                tls,
                binaryHeaders);
    }

    public TransportSettings withBinaryHeaders(boolean binary) {
        return new TransportSettings(
                ioThreads,
                maxFrameBytes,
                maxHeaderBytes,
                maxInFlight,
                connectTimeout,
                idleTimeout,
                writeHighWater,
                maxConnections,
                tls,
                binary);
    }
}
