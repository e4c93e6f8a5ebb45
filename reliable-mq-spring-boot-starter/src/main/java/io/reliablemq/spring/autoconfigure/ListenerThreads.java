package io.reliablemq.spring.autoconfigure;

import io.reliablemq.client.api.PushConsumerSettings;
import io.reliablemq.spring.config.ConsumerSettingsCustomizer;
import org.springframework.boot.thread.Threading;
import org.springframework.core.env.Environment;
import org.springframework.core.task.VirtualThreadTaskExecutor;

/** On which threads listeners run: virtual ones where the application wants them and Java has them, else the consumer's own. */
final class ListenerThreads implements ConsumerSettingsCustomizer {

    private static final String PREFIX = "rmq-consume-";

    private final boolean virtual;

    ListenerThreads(Environment environment) {
        this.virtual = Threading.VIRTUAL.isActive(environment);
    }

    @Override
    public void customize(String group, PushConsumerSettings.Builder settings) {
        if (virtual) {
            settings.executor(new VirtualThreadTaskExecutor(PREFIX + group + "-"));
        }
    }
}
