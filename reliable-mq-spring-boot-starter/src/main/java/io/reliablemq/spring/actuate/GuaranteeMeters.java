package io.reliablemq.spring.actuate;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.MeterBinder;
import io.reliablemq.spring.guarantee.GuaranteeInspector;
import io.reliablemq.spring.guarantee.GuaranteeReport;
import io.reliablemq.spring.guarantee.Severity;
import io.reliablemq.spring.guarantee.Stage;
import java.util.Locale;

/** Shows how many failures can lose messages, as the last guarantee report says. */
public final class GuaranteeMeters implements MeterBinder {

    private final GuaranteeInspector inspector;

    public GuaranteeMeters(GuaranteeInspector inspector) {
        this.inspector = inspector;
    }

    @Override
    public void bindTo(MeterRegistry registry) {
        for (Stage stage : Stage.values()) {
            for (Severity severity : Severity.values()) {
                Gauge.builder("reliable.mq.guarantee.findings", this, meters -> meters.count(stage, severity))
                        .description("Findings of the last guarantee report that are not accepted")
                        .tag("stage", stage.name().toLowerCase(Locale.ROOT))
                        .tag("severity", severity.name().toLowerCase(Locale.ROOT))
                        .register(registry);
            }
        }
    }

    private double count(Stage stage, Severity severity) {
        GuaranteeReport report = inspector.last();
        return report == null ? Double.NaN : report.count(stage, severity);
    }
}
