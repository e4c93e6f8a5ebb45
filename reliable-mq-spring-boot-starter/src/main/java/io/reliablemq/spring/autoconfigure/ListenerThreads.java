package io.reliablemq.spring.autoconfigure;

import io.reliablemq.client.api.PushConsumerSettings;
import org.springframework.boot.thread.Threading;
import org.springframework.core.env.Environment;
import org.springframework.core.task.VirtualThreadTaskExecutor;

/** On which threads listeners run: virtual ones where the application wants them and Java has them, else the consumer's own. */
final class ListenerThreads {

    private static final String PREFIX = "rmq-consume-";

    private final boolean virtual;

    ListenerThreads(Environment environment) {
        this.virtual = Threading.VIRTUAL.isActive(environment);
    }

    /** The settings with these threads, unless they name an executor. */
    PushConsumerSettings apply(PushConsumerSettings settings) {
        return virtual && settings.executor() == null
                ? settings.toBuilder()
                        .executor(new VirtualThreadTaskExecutor(PREFIX + settings.group() + "-"))
                        .build()
                : settings;
    }
}
