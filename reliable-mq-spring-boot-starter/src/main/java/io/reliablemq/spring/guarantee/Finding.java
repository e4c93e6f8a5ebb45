package io.reliablemq.spring.guarantee;

/**
 * A failure that would still lose a message, or something else worth knowing.
 *
 * @param subject whom it is about: a broker, a producer's or a consumer's group
 * @param what what would happen, and when
 * @param property the setting that closes it, as it is to be written; empty if there is none
 * @param remedy where to write it, or what to do instead; may be empty
 * @param accepted whether the application's settings accept it
 */
public record Finding(
        Risk risk, String subject, Severity severity, String what, String property, String remedy, boolean accepted) {

    Finding(Risk risk, String subject, Severity severity, String what, String property, String remedy) {
        this(risk, subject, severity, what, property, remedy, false);
    }

    /** Whether a strict guarantee does not allow it. */
    public boolean isViolation() {
        return !accepted && severity != Severity.ADVICE;
    }

    Finding asAccepted() {
        return new Finding(risk, subject, severity, what, property, remedy, true);
    }

    /** What to do about it, in one sentence; empty if nothing can be done. */
    public String action() {
        if (property.isEmpty()) {
            return remedy;
        }
        return "Set " + property + (remedy.isEmpty() ? "" : " " + remedy);
    }
}
