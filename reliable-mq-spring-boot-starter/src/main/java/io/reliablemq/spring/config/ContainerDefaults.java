package io.reliablemq.spring.config;

import io.reliablemq.client.api.MessageModel;
import io.reliablemq.client.api.PushConsumerSettings;
import io.reliablemq.spring.listener.ListenerErrorHandler;
import io.reliablemq.spring.listener.ListenerFilter;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Function;
import java.util.function.UnaryOperator;

/**
 * What containers have in common. Immutable.
 *
 * @param settings puts the application's defaults in place of the client's
 * @param model whether the members of a group share the messages, where no listener says so
 * @param offsetFolder where a group keeps its offsets if it consumes by broadcast
 * @param batchSize most messages in one call of a listener that takes batches, where it does not say so
 * @param autoStartup whether containers start with the application, where no listener says so
 * @param filters around each call of each listener, the first outermost
 * @param errorHandler for listeners that have none of their own
 * @param customizers change the settings of a group last
 */
public record ContainerDefaults(
        UnaryOperator<PushConsumerSettings.Builder> settings,
        MessageModel model,
        Function<String, Path> offsetFolder,
        int batchSize,
        boolean autoStartup,
        List<ListenerFilter> filters,
        ListenerErrorHandler errorHandler,
        List<ConsumerSettingsCustomizer> customizers) {

    public ContainerDefaults {
        filters = List.copyOf(filters);
        customizers = List.copyOf(customizers);
    }

    /** Those of the client, with offsets of broadcast groups in {@code reliable-mq-offsets} and batches of up to 32. */
    public static ContainerDefaults ofClient() {
        return new ContainerDefaults(
                UnaryOperator.identity(),
                MessageModel.CLUSTERING,
                Path.of("reliable-mq-offsets")::resolve,
                32,
                true,
                List.of(),
                ListenerErrorHandler.DEFAULT,
                List.of());
    }

    public ContainerDefaults withSettings(UnaryOperator<PushConsumerSettings.Builder> value) {
        return new ContainerDefaults(
                value, model, offsetFolder, batchSize, autoStartup, filters, errorHandler, customizers);
    }

    public ContainerDefaults withModel(MessageModel value) {
        return new ContainerDefaults(
                settings, value, offsetFolder, batchSize, autoStartup, filters, errorHandler, customizers);
    }

    public ContainerDefaults withOffsetFolder(Function<String, Path> value) {
        return new ContainerDefaults(
                settings, model, value, batchSize, autoStartup, filters, errorHandler, customizers);
    }

    public ContainerDefaults withBatchSize(int value) {
        return new ContainerDefaults(
                settings, model, offsetFolder, value, autoStartup, filters, errorHandler, customizers);
    }

    public ContainerDefaults withAutoStartup(boolean value) {
        return new ContainerDefaults(
                settings, model, offsetFolder, batchSize, value, filters, errorHandler, customizers);
    }

    public ContainerDefaults withFilters(List<ListenerFilter> value) {
        return new ContainerDefaults(
                settings, model, offsetFolder, batchSize, autoStartup, value, errorHandler, customizers);
    }

    public ContainerDefaults withErrorHandler(ListenerErrorHandler value) {
        return new ContainerDefaults(
                settings, model, offsetFolder, batchSize, autoStartup, filters, value, customizers);
    }

    public ContainerDefaults withCustomizers(List<ConsumerSettingsCustomizer> value) {
        return new ContainerDefaults(
                settings, model, offsetFolder, batchSize, autoStartup, filters, errorHandler, value);
    }
}
