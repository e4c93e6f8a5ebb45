package io.reliablemq.client;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.SocketException;

/** Names a client towards brokers: {@code address@instance#process#nanoseconds}, unique among all clients. */
final class ClientId {

    static String next(String instanceName) {
        return localAddress() + "@" + instanceName + "#"
                + ProcessHandle.current().pid() + "#" + System.nanoTime();
    }

    /** An address of this machine that tells operators where the client runs; nobody connects to it. */
    private static String localAddress() {
        try {
            return NetworkInterface.networkInterfaces()
                    .filter(ClientId::isUp)
                    .flatMap(NetworkInterface::inetAddresses)
                    .filter(Inet4Address.class::isInstance)
                    .filter(address -> !address.isLoopbackAddress() && !address.isLinkLocalAddress())
                    .map(InetAddress::getHostAddress)
                    .findFirst()
                    .orElse("127.0.0.1");
        } catch (SocketException e) {
            return "127.0.0.1";
        }
    }

    private static boolean isUp(NetworkInterface network) {
        try {
            return network.isUp() && !network.isLoopback();
        } catch (SocketException e) {
            return false;
        }
    }

    private ClientId() {}
}
