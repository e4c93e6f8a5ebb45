package io.reliablemq.conformance.client;

import io.reliablemq.conformance.port.Administration;
import io.reliablemq.conformance.port.ClientLibrary;

/** The official client and administration tool inside this JVM, on their own dependencies. */
public final class OfficialPeer {

    private static final String PACKAGE = "io.reliablemq.conformance.official.";
    private static final PeerLoader LOADER = new PeerLoader();

    private OfficialPeer() {}

    public static ClientLibrary clientLibrary() {
        return instance(ClientLibrary.class, "OfficialClientLibrary");
    }

    /** The client library that encrypts its connections. */
    public static ClientLibrary clientLibraryOverTls() {
        return instance(ClientLibrary.class, "OfficialClientLibrary", "TLS");
    }

    public static Administration administration(String nameServers) {
        return instance(Administration.class, "OfficialAdministration", nameServers);
    }

    private static <T> T instance(Class<T> port, String className, String... arguments) {
        Thread thread = Thread.currentThread();
        ClassLoader before = thread.getContextClassLoader();
        // Its libraries look for services and settings through the context loader; threads they start inherit it.
        thread.setContextClassLoader(LOADER);
        try {
            Class<?> type = LOADER.loadClass(PACKAGE + className);
            Class<?>[] parameters = new Class<?>[arguments.length];
            java.util.Arrays.fill(parameters, String.class);
            return port.cast(type.getConstructor(parameters).newInstance((Object[]) arguments));
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("The official " + className + " could not be made", e);
        } finally {
            thread.setContextClassLoader(before);
        }
    }
}
