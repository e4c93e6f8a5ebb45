package io.reliablemq.broker.app;

import io.reliablemq.broker.BrokerProperties;
import io.reliablemq.broker.BrokerStartException;
import java.util.Arrays;
import org.springframework.boot.context.properties.bind.BindException;
import org.springframework.boot.context.properties.bind.BindHandler;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.bind.UnboundConfigurationPropertiesException;
import org.springframework.boot.context.properties.bind.handler.NoUnboundElementsBindHandler;
import org.springframework.boot.context.properties.source.ConfigurationProperty;
import org.springframework.core.env.Environment;

/** Reads the broker's settings from the environment, and says in one sentence which of them cannot be read. */
final class BoundProperties {

    static BrokerProperties from(Environment environment) {
        try {
            return Binder.get(environment)
                    .bindOrCreate(
                            BrokerProperties.PREFIX,
                            Bindable.of(BrokerProperties.class),
                            new NoUnboundElementsBindHandler(BindHandler.DEFAULT));
        } catch (BindException e) {
            throw sentence(e);
        }
    }

    private static BrokerStartException sentence(BindException failure) {
        if (failure.getCause() instanceof UnboundConfigurationPropertiesException unknown) {
            ConfigurationProperty first =
                    unknown.getUnboundProperties().iterator().next();
            return new BrokerStartException(
                    "The setting " + first.getName() + " is '" + first.getValue() + "': there is no such setting.",
                    failure);
        }
        ConfigurationProperty property = failure.getProperty();
        Class<?> type = failure.getTarget().getType().resolve(Object.class);
        String value = property == null ? "" : " is '" + property.getValue() + "'";
        return new BrokerStartException(
                "The setting " + failure.getName() + value + ": " + wanted(type) + ".", failure);
    }

    private static String wanted(Class<?> type) {
        if (type.isEnum()) {
            return "it must be one of " + Arrays.toString(type.getEnumConstants());
        }
        if (type == boolean.class || type == Boolean.class) {
            return "it must be true or false";
        }
        if (type == java.time.Duration.class) {
            return "it must be a time, for instance 10ms";
        }
        return Number.class.isAssignableFrom(type) || type.isPrimitive()
                ? "it must be a whole number"
                : "it cannot be read as " + type.getSimpleName();
    }

    private BoundProperties() {}
}
