package io.reliablemq.spring.support;

import org.springframework.messaging.Message;
import org.springframework.messaging.converter.StringMessageConverter;

/** Text as UTF-8. Who asks for a text gets the body as text, also where it is labelled as JSON. */
final class TextConverter extends StringMessageConverter {

    @Override
    protected boolean canConvertFrom(Message<?> message, Class<?> targetClass) {
        return supports(targetClass);
    }
}
