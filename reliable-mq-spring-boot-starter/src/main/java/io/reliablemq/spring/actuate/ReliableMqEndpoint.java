package io.reliablemq.spring.actuate;

import io.reliablemq.spring.guarantee.Finding;
import io.reliablemq.spring.guarantee.GuaranteeInspector;
import io.reliablemq.spring.guarantee.GuaranteeReport;
import io.reliablemq.spring.guarantee.Severity;
import io.reliablemq.spring.guarantee.Stage;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.springframework.boot.actuate.endpoint.Access;
import org.springframework.boot.actuate.endpoint.OperationResponseBody;
import org.springframework.boot.actuate.endpoint.annotation.Endpoint;
import org.springframework.boot.actuate.endpoint.annotation.ReadOperation;

/** Shows what the running configuration guarantees, asking the brokers anew each time. */
@Endpoint(id = "reliablemq", defaultAccess = Access.READ_ONLY)
public final class ReliableMqEndpoint {

    private final GuaranteeInspector inspector;
    private final Duration timeout;

    /** @param timeout for the answers of all brokers */
    public ReliableMqEndpoint(GuaranteeInspector inspector, Duration timeout) {
        this.inspector = inspector;
        this.timeout = timeout;
    }

    /**
     * The report.
     *
     * @param canLose how many failures can lose acknowledged messages, accepted ones not counted
     * @param unknown how many things are not known that bear on that
     */
    public record Report(Instant takenAt, long canLose, long unknown, List<StageReport> stages)
            implements OperationResponseBody {}

    /** What holds at one stage, and what does not. */
    public record StageReport(String stage, List<HoldsReport> guarantees, List<FindingReport> findings) {}

    /** What holds of a broker or a group. */
    public record HoldsReport(String subject, String text) {}

    /** What would lose a message, or is worth knowing. */
    public record FindingReport(
            String risk,
            String subject,
            String severity,
            boolean accepted,
            String what,
            String property,
            String action) {}

    /** Waits for the brokers, each of which has the client's request time-out. */
    @ReadOperation
    public Report report() throws InterruptedException {
        try {
            return view(inspector.inspect().get(timeout.toMillis(), TimeUnit.MILLISECONDS));
        } catch (ExecutionException e) {
            throw new IllegalStateException("What is guaranteed could not be found out", e.getCause());
        } catch (TimeoutException e) {
            throw new IllegalStateException("The brokers did not answer within " + timeout, e);
        }
    }

    private static Report view(GuaranteeReport report) {
        return new Report(
                report.takenAt(),
                count(report, Severity.CAN_LOSE),
                count(report, Severity.UNKNOWN),
                Arrays.stream(Stage.values()).map(stage -> view(stage, report)).toList());
    }

    private static long count(GuaranteeReport report, Severity severity) {
        return report.violations().stream()
                .filter(finding -> finding.severity() == severity)
                .count();
    }

    private static StageReport view(Stage stage, GuaranteeReport report) {
        return new StageReport(
                lower(stage),
                report.guarantees(stage).stream()
                        .map(guarantee -> new HoldsReport(guarantee.subject(), guarantee.text()))
                        .toList(),
                report.findings(stage).stream().map(ReliableMqEndpoint::view).toList());
    }

    private static FindingReport view(Finding finding) {
        return new FindingReport(
                finding.risk().id(),
                finding.subject(),
                lower(finding.severity()),
                finding.accepted(),
                finding.what(),
                finding.property(),
                finding.action());
    }

    private static String lower(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT);
    }
}
