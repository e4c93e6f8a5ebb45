package io.reliablemq.spring.autoconfigure;

import io.reliablemq.spring.guarantee.Risk;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;

/**
 * The settings {@code reliable-mq.guarantee-report.*}.
 *
 * @param enabled Whether to log at start what the running configuration guarantees.
 * @param acceptedRisks Risks that are accepted, by the names that the report gives them, for instance storing.replication. They
 *     are shown as accepted, and do not keep a strict guarantee from starting.
 * @param timeout Time for the answers of all brokers, where somebody waits for them.
 */
@ConfigurationProperties("reliable-mq.guarantee-report")
public record GuaranteeProperties(
        @DefaultValue("true") boolean enabled,
        @DefaultValue List<String> acceptedRisks,
        @DefaultValue("10s") Duration timeout) {

    private static final String ACCEPTED_RISKS = "reliable-mq.guarantee-report.accepted-risks";

    public GuaranteeProperties {
        SettingsFromProperties.positive("guarantee-report.timeout", timeout);
    }

    Set<Risk> accepted() {
        return acceptedRisks.stream().map(GuaranteeProperties::risk).collect(Collectors.toSet());
    }

    private static Risk risk(String id) {
        return Risk.find(id.strip())
                .orElseThrow(() -> new InvalidConfigurationPropertyValueException(
                        ACCEPTED_RISKS,
                        id,
                        "there is no such risk; there are "
                                + Arrays.stream(Risk.values()).map(Risk::id).collect(Collectors.joining(", "))));
    }
}
