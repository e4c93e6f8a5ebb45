package io.reliablemq.conformance.client;

import io.reliablemq.conformance.port.Administration;
import io.reliablemq.conformance.port.ClientLibrary;
import java.util.Arrays;

/** The official client and administration tool inside this JVM, on their own dependencies. */
public final class OfficialPeer {

    private static final String PACKAGE = "io.reliablemq.conformance.official.";
    private static final PeerLoader LOADER = new PeerLoader();

    private OfficialPeer() {}

    public static ClientLibrary clientLibrary() {
        return instance(LOADER, ClientLibrary.class, "OfficialClientLibrary");
    }

    /** The client library that encrypts its connections. */
    public static ClientLibrary clientLibraryOverTls() {
        return instance(LOADER, ClientLibrary.class, "OfficialClientLibrary", "TLS");
    }

    /** The client library whose headers are binary, and not JSON. */
    public static ClientLibrary clientLibraryWithBinaryHeaders() {
        return instance(BinaryHeaders.LOADER, ClientLibrary.class, "OfficialClientLibrary");
    }

    public static Administration administration(String nameServers) {
        return instance(LOADER, Administration.class, "OfficialAdministration", nameServers);
    }

    /** Classes of their own, since the form of headers is read once from a system property, when they are initialised. */
    private static final class BinaryHeaders {

        private static final String FORM = "rocketmq.serialize.type";
        private static final String READER = "org.apache.rocketmq.remoting.protocol.RemotingCommand";
        private static final PeerLoader LOADER = new PeerLoader();

        static {
            try {
                // First, so that it does not read the property while that is set.
                Class.forName(READER, true, OfficialPeer.LOADER);
                System.setProperty(FORM, "ROCKETMQ");
                Object form = Class.forName(READER, true, LOADER)
                        .getMethod("getSerializeTypeConfigInThisServer")
                        .invoke(null);
                if (!form.toString().equals("ROCKETMQ")) {
                    throw new IllegalStateException("The official client writes headers as " + form);
                }
            } catch (ReflectiveOperationException e) {
                throw new IllegalStateException("The official client could not be told to write binary headers", e);
            } finally {
                System.clearProperty(FORM);
            }
        }
    }

    private static <T> T instance(PeerLoader loader, Class<T> port, String className, String... arguments) {
        Thread thread = Thread.currentThread();
        ClassLoader before = thread.getContextClassLoader();
        // Its libraries look for services and settings through the context loader; threads they start inherit it.
        thread.setContextClassLoader(loader);
        try {
            Class<?> type = loader.loadClass(PACKAGE + className);
            Class<?>[] parameters = new Class<?>[arguments.length];
            Arrays.fill(parameters, String.class);
            return port.cast(type.getConstructor(parameters).newInstance((Object[]) arguments));
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("The official " + className + " could not be made", e);
        } finally {
            thread.setContextClassLoader(before);
        }
    }
}
