package io.reliablemq.spring.config;

import org.jspecify.annotations.Nullable;

/** Listeners are declared in a way that cannot work; start-up fails with what is wrong and what to do about it. */
public final class ListenerConfigurationException extends RuntimeException {

    private final String problem;
    private final String action;

    public ListenerConfigurationException(String problem, String action) {
        this(problem, action, null);
    }

    public ListenerConfigurationException(String problem, String action, @Nullable Throwable cause) {
        super(problem + " " + action, cause);
        this.problem = problem;
        this.action = action;
    }

    /** What is wrong, in whole sentences. */
    public String problem() {
        return problem;
    }

    /** What to do about it, in whole sentences. */
    public String action() {
        return action;
    }
}
