package io.reliablemq.benchmarks.peer;

import io.reliablemq.benchmarks.process.PeerFolder;
import io.reliablemq.conformance.port.Administration;
import io.reliablemq.conformance.port.MessageLibrary;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Path;
import java.util.Arrays;

/** The official client and administration tool inside this JVM, on their own dependencies. */
public final class OfficialPeer {

    private static final String PACKAGE = "io.reliablemq.conformance.official.";

    private final Loader loader;

    public OfficialPeer(PeerFolder folder) {
        this.loader = new Loader(folder);
    }

    public MessageLibrary library() {
        return instance(MessageLibrary.class, "OfficialClientLibrary");
    }

    public Administration administration(String nameServers) {
        return instance(Administration.class, "OfficialAdministration", nameServers);
    }

    private <T> T instance(Class<T> port, String className, String... arguments) {
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

    /** Sees the JDK, the peer's jars and the port, and nothing of ours. */
    private static final class Loader extends URLClassLoader {

        private static final String PORT = MessageLibrary.class.getPackageName() + ".";

        static {
            registerAsParallelCapable();
        }

        Loader(PeerFolder folder) {
            super(
                    "apache-peer",
                    folder.jars().stream().map(Loader::url).toArray(URL[]::new),
                    ClassLoader.getPlatformClassLoader());
        }

        @Override
        protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
            // The port exists in the peer's folder too; both sides must mean the same classes.
            return name.startsWith(PORT)
                    ? MessageLibrary.class.getClassLoader().loadClass(name)
                    : super.loadClass(name, resolve);
        }

        private static URL url(Path jar) {
            try {
                return jar.toUri().toURL();
            } catch (MalformedURLException e) {
                throw new IllegalArgumentException(jar + " has no URL", e);
            }
        }
    }
}
