package io.reliablemq.spring.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Restarts as DevTools makes them: the same JVM, the same folder, the application's classes loaded anew. */
class RestartIT {

    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final String APPLICATION = "io.reliablemq.spring.restarted.Shop";

    @TempDir
    Path folder;

    @Test
    void restartsOnTheSameFolderWithNewClasses() throws Exception {
        Set<Thread> before = ownThreads();
        ClassLoader usual = Thread.currentThread().getContextClassLoader();
        for (int start = 1; start <= 3; start++) {
            Function<String, Object> shop = load();
            shop.apply("run " + folder);
            shop.apply("send order-" + start);
            List<String> expected = List.of("order-" + start);
            await().atMost(PATIENCE)
                    .untilAsserted(() -> assertThat(shop.apply("received")).isEqualTo(expected));
            shop.apply("close");
            assertThat(System.getProperties().stringPropertyNames())
                    .noneMatch(name -> name.startsWith("io.reliablemq.locked.") && name.contains(folder.toString()));
        }
        Thread.currentThread().setContextClassLoader(usual);
        await("threads of the library end with their context")
                .atMost(PATIENCE)
                .untilAsserted(() -> assertThat(ownThreads()).isEqualTo(before));
    }

    @SuppressWarnings("unchecked")
    private static Function<String, Object> load() throws Exception {
        ClassLoader fresh = new RestartLoader(RestartIT.class.getClassLoader());
        Thread.currentThread().setContextClassLoader(fresh);
        Class<?> type = Class.forName(APPLICATION, true, fresh);
        assertThat(type.getClassLoader()).isSameAs(fresh);
        return (Function<String, Object>) type.getDeclaredConstructor().newInstance();
    }

    private static Set<Thread> ownThreads() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().startsWith("rmq-"))
                .collect(Collectors.toSet());
    }

    /** The application's own classes come from here first, everything else from above. */
    private static final class RestartLoader extends URLClassLoader {

        RestartLoader(ClassLoader parent) throws IOException {
            super(new URL[] {root()}, parent);
        }

        private static URL root() throws IOException {
            return RestartIT.class.getProtectionDomain().getCodeSource().getLocation();
        }

        @Override
        protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
            if (!name.startsWith("io.reliablemq.spring.restarted.")) {
                return super.loadClass(name, resolve);
            }
            synchronized (getClassLoadingLock(name)) {
                Class<?> known = findLoadedClass(name);
                return known == null ? findClass(name) : known;
            }
        }
    }
}
