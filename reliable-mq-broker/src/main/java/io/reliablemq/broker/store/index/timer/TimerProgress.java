package io.reliablemq.broker.store.index.timer;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Which timers are done, by due time and by position in the log: a stair that goes down. A timer is done if it stands
 * before the end of some step, behind the step before that, and is due no later than the step's mark. Immutable.
 *
 * <p>Usually there is one step: everything that arrived up to its end, and was due up to its mark. A message may arrive
 * that is due before the mark: one whose time has passed already, or any at all after the wall clock was set back. A new
 * and lower step starts there, without taking back what is done on the ones before. Steps become one again when time has
 * caught up.
 */
public record TimerProgress(List<Step> steps) {

    /** Nothing is done, and no part of the log has been looked at. */
    public static final TimerProgress NOTHING = new TimerProgress(List.of(Step.none(0)));

    /**
     * @param end behind the part of the log that the step is about; it starts at the end of the step before
     * @param dueMs due time of the last timer that is done there
     * @param position of that timer
     */
    public record Step(long end, long dueMs, long position) {

        static Step none(long end) {
            return new Step(end, Long.MIN_VALUE, -1);
        }

        /** This mark, or the given one if that is later. */
        Step atLeast(long otherDueMs, long otherPosition) {
            return isAtOrAfter(otherDueMs, otherPosition) ? this : new Step(end, otherDueMs, otherPosition);
        }

        private boolean isAtOrAfter(long otherDueMs, long otherPosition) {
            return Timer.compare(dueMs, position, otherDueMs, otherPosition) >= 0;
        }
    }

    public TimerProgress {
        steps = List.copyOf(steps);
        if (steps.isEmpty()) {
            throw new IllegalArgumentException("There must be a step");
        }
    }

    /** How far the log has been looked at. */
    public long end() {
        return last().end();
    }

    public boolean isDone(long dueMs, long position) {
        return position < end() && stepOf(position).isAtOrAfter(dueMs, position);
    }

    /** Whether a timer that arrives now comes before one that is done. */
    public boolean isPast(long dueMs, long position) {
        return last().isAtOrAfter(dueMs, position);
    }

    /** What is looked at from here on is not done, however early it is due. */
    public TimerProgress withNewStep() {
        if (last().dueMs() == Long.MIN_VALUE) {
            return this;
        }
        List<Step> changed = new ArrayList<>(steps);
        changed.add(Step.none(end()));
        return new TimerProgress(changed);
    }

    /** The log was looked at up to here. */
    public TimerProgress upTo(long end) {
        if (end <= end()) {
            return this;
        }
        List<Step> changed = new ArrayList<>(steps);
        changed.set(changed.size() - 1, new Step(end, last().dueMs(), last().position()));
        return new TimerProgress(changed);
    }

    /** Also done is this timer, which is the earliest of those that were not. */
    public TimerProgress with(Timer timer) {
        return marked(timer.dueMs(), timer.position());
    }

    /** The same with as few steps as can say it. @param earliest of the timers that are not done; null without any */
    public TimerProgress merged(@Nullable Timer earliest) {
        if (steps.size() == 1) {
            return this;
        }
        for (Step step : steps) {
            if (earliest == null || !step.isAtOrAfter(earliest.dueMs(), earliest.position())) {
                return marked(step.dueMs(), step.position());
            }
        }
        return this;
    }

    /** The highest mark below which all timers of a part of the log are done. @param end behind that part */
    Step lowest(long end) {
        return stepOf(Math.min(end, end()) - 1);
    }

    private TimerProgress marked(long dueMs, long position) {
        List<Step> changed = new ArrayList<>(steps.size());
        for (Step step : steps) {
            if (!isAtOrBefore(step, dueMs, position)) {
                changed.add(step);
            }
        }
        if (changed.size() < steps.size()) {
            changed.add(new Step(end(), dueMs, position));
        }
        return new TimerProgress(changed);
    }

    private static boolean isAtOrBefore(Step step, long dueMs, long position) {
        return Timer.compare(step.dueMs(), step.position(), dueMs, position) <= 0;
    }

    private Step stepOf(long position) {
        for (Step step : steps) {
            if (position < step.end()) {
                return step;
            }
        }
        return last();
    }

    private Step last() {
        return steps.get(steps.size() - 1);
    }
}
