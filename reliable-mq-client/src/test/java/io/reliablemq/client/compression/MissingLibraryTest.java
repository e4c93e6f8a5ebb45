package io.reliablemq.client.compression;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.reliablemq.client.MqClient;
import io.reliablemq.client.api.ClientSettings;
import io.reliablemq.client.api.Compression;
import io.reliablemq.client.api.Compression.Format;
import io.reliablemq.client.api.ConsumeResult;
import io.reliablemq.client.api.ProducerSettings;
import io.reliablemq.client.testing.ConsumerScene;
import io.reliablemq.protocol.command.RequestCode;
import io.reliablemq.protocol.header.SendMessageBackRequest;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Formats whose optional libraries are not on the class path. */
class MissingLibraryTest {

    /** Loads this client a second time, without the libraries. */
    private static final class WithoutLibraries extends ClassLoader {

        WithoutLibraries() {
            super(MissingLibraryTest.class.getClassLoader());
        }

        @Override
        protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
            if (name.startsWith("net.jpountz.") || name.startsWith("com.github.luben.")) {
                throw new ClassNotFoundException(name);
            }
            if (!name.startsWith("io.reliablemq.client.")) {
                return super.loadClass(name, resolve);
            }
            synchronized (getClassLoadingLock(name)) {
                Class<?> loaded = findLoadedClass(name);
                return loaded == null ? define(name) : loaded;
            }
        }

        private Class<?> define(String name) throws ClassNotFoundException {
            try (InputStream in = getParent().getResourceAsStream(name.replace('.', '/') + ".class")) {
                if (in == null) {
                    throw new ClassNotFoundException(name);
                }
                byte[] bytes = in.readAllBytes();
                return defineClass(name, bytes, 0, bytes.length);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    @SuppressWarnings("unchecked")
    private static <T> T withoutLibraries(Class<? extends Callable<T>> task, Format format) throws Exception {
        Callable<T> loaded = (Callable<T>) new WithoutLibraries()
                .loadClass(task.getName())
                .getConstructor(String.class)
                .newInstance(format.name());
        return loaded.call();
    }

    @ParameterizedTest
    @CsvSource({"LZ4,at.yawk.lz4:lz4-java", "ZSTD,com.github.luben:zstd-jni"})
    void aProducerThatWouldNeedOneIsNotMade(Format format, String library) {
        assertThatThrownBy(() -> withoutLibraries(Producing.class, format))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContainingAll(format.name(), library, "class path");
    }

    @ParameterizedTest
    @CsvSource({"LZ4,at.yawk.lz4:lz4-java", "ZSTD,com.github.luben:zstd-jni"})
    void aMessageThatCannotBeReadBecomesADeadLetterThatSaysWhatIsMissing(Format format, String library)
            throws Exception {
        List<String> failures = withoutLibraries(Receiving.class, format);

        assertThat(failures).singleElement().asString().contains(format.name(), library, "class path");
    }

    /** Runs where there are no libraries. */
    public static final class Producing implements Callable<Void> {

        private final Format format;

        public Producing(String format) {
            this.format = Format.valueOf(format);
        }

        @Override
        public Void call() throws Exception {
            try (MqClient client = MqClient.create(ClientSettings.of("127.0.0.1:1"))) {
                client.producer(ProducerSettings.builder("pg")
                        .compression(new Compression(format, Integer.MAX_VALUE))
                        .build());
                client.producer(ProducerSettings.builder("pg")
                        .compression(new Compression(format, 4096))
                        .build());
            }
            return null;
        }
    }

    /** Runs where there are no libraries. Gives what the broker is told of each message that is given back for good. */
    public static final class Receiving implements Callable<List<String>> {

        private final Format format;

        public Receiving(String format) {
            this.format = Format.valueOf(format);
        }

        @Override
        public List<String> call() throws Exception {
            try (ConsumerScene scene = new ConsumerScene(1)) {
                int flag = BodyFormat.of(format).systemFlag();
                scene.broker()
                        .put(
                                ConsumerScene.TOPIC,
                                0,
                                message -> ConsumerScene.withSystemFlag(message, flag),
                                Map.of(),
                                new byte[] {1, 2, 3},
                                0);
                AtomicInteger handled = new AtomicInteger();
                scene.client()
                        .pushConsumer(ConsumerScene.settings().build(), message -> {
                            handled.incrementAndGet();
                            return ConsumeResult.CONSUME_SUCCESS;
                        })
                        .start();
                await().until(() -> scene.offset(0) == 1);
                assertThat(handled).hasValue(0);
                return scene.broker().server().received(RequestCode.CONSUMER_SEND_MESSAGE_BACK).stream()
                        .map(request -> SendMessageBackRequest.read(request.fields()))
                        .filter(request -> request.delayLevel() == -1)
                        .map(request -> String.valueOf(request.failure()))
                        .toList();
            }
        }
    }
}
