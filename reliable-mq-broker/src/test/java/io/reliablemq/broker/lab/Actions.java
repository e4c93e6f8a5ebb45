package io.reliablemq.broker.lab;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** What may happen next in a story, and how often. */
final class Actions {

    /** Something that happens. */
    @FunctionalInterface
    interface Action {

        void happen() throws Exception;
    }

    private record Choice(int weight, String name, Action action) {}

    private final List<Choice> choices = new ArrayList<>();
    private int sum;

    Actions add(int weight, String name, Action action) {
        choices.add(new Choice(weight, name, action));
        sum += weight;
        return this;
    }

    /** Lets one happen, after its name was noted. */
    void happen(Random chance, List<String> trace) throws Exception {
        int at = chance.nextInt(sum);
        for (Choice choice : choices) {
            at -= choice.weight();
            if (at < 0) {
                trace.add(choice.name());
                choice.action().happen();
                return;
            }
        }
    }
}
