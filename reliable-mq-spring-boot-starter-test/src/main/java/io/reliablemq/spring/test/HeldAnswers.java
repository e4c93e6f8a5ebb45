package io.reliablemq.spring.test;

import java.util.ArrayList;
import java.util.List;

/** Answers that the broker has given and that the client does not see yet. Thread-safe. */
public final class HeldAnswers {

    /** Guarded by itself. */
    private final List<Runnable> answers = new ArrayList<>();

    /** Guarded by {@link #answers}. */
    private boolean released;

    /** How many answers wait here. */
    public int count() {
        synchronized (answers) {
            return answers.size();
        }
    }

    /** Lets them go, and those that come later at once. */
    public void release() {
        List<Runnable> waiting;
        synchronized (answers) {
            released = true;
            waiting = List.copyOf(answers);
            answers.clear();
        }
        waiting.forEach(Runnable::run);
    }

    void add(Runnable answer) {
        boolean now;
        synchronized (answers) {
            now = released;
            if (!now) {
                answers.add(answer);
            }
        }
        if (now) {
            answer.run();
        }
    }
}
