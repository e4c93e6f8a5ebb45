package io.reliablemq.spring.support;

import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.springframework.messaging.Message;
import org.springframework.messaging.MessageHeaders;
import org.springframework.messaging.converter.JacksonJsonMessageConverter;
import org.springframework.messaging.converter.SmartMessageConverter;
import org.springframework.util.MimeType;
import org.springframework.util.function.SingletonSupplier;
import tools.jackson.databind.json.JsonMapper;

/**
 * Makes mapper and converter when the first payload asks for JSON: they take a good part of the start of an application, and
 * text and bytes never need them. Thread-safe.
 */
final class JsonOnFirstUse implements SmartMessageConverter {

    private final SingletonSupplier<SmartMessageConverter> json;

    JsonOnFirstUse(Supplier<JsonMapper> mapper, MimeType... types) {
        this.json = SingletonSupplier.of(() -> new JacksonJsonMessageConverter(mapper.get(), types));
    }

    @Override
    public @Nullable Object fromMessage(Message<?> message, Class<?> targetClass) {
        return json.obtain().fromMessage(message, targetClass);
    }

    @Override
    public @Nullable Object fromMessage(Message<?> message, Class<?> targetClass, @Nullable Object conversionHint) {
        return json.obtain().fromMessage(message, targetClass, conversionHint);
    }

    @Override
    public @Nullable Message<?> toMessage(Object payload, @Nullable MessageHeaders headers) {
        return json.obtain().toMessage(payload, headers);
    }

    @Override
    public @Nullable Message<?> toMessage(
            Object payload, @Nullable MessageHeaders headers, @Nullable Object conversionHint) {
        return json.obtain().toMessage(payload, headers, conversionHint);
    }
}
