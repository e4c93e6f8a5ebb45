package io.reliablemq.conformance.client;

import io.reliablemq.conformance.port.ClientLibrary;
import java.io.UncheckedIOException;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Path;

/**
 * Loads the official client with its own dependencies: it sees the JDK, its own jars and the port, and nothing of ours.
 */
final class PeerLoader extends URLClassLoader {

    private static final String PORT = ClientLibrary.class.getPackageName() + ".";

    static {
        registerAsParallelCapable();
    }

    PeerLoader() {
        super("apache-peer", urls(), ClassLoader.getPlatformClassLoader());
    }

    @Override
    protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
        // The port exists in the peer's folder too; both sides must mean the same classes.
        if (name.startsWith(PORT)) {
            return ClientLibrary.class.getClassLoader().loadClass(name);
        }
        return super.loadClass(name, resolve);
    }

    private static URL[] urls() {
        return PeerFolder.jars().stream().map(PeerLoader::url).toArray(URL[]::new);
    }

    private static URL url(Path jar) {
        try {
            return jar.toUri().toURL();
        } catch (MalformedURLException e) {
            throw new UncheckedIOException(e);
        }
    }
}
