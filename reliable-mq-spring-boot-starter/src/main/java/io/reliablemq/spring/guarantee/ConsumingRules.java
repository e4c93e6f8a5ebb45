package io.reliablemq.spring.guarantee;

import io.reliablemq.client.api.ConsumeFrom;

/** What listeners guarantee. */
final class ConsumingRules {

    private ConsumingRules() {}

    static void assess(GroupFacts group, Assessed result) {
        result.holds(Stage.CONSUMING, group.group(), guarantee(group));
        if (group.broadcasting()) {
            result.add(new Finding(
                    Risk.BROADCAST,
                    group.group(),
                    Severity.CAN_LOSE,
                    "A broadcast message that fails in all its attempts is given up: no broker keeps it as a dead letter",
                    "model=CLUSTERING",
                    "on its listeners, in a group of its own for each application that is to receive all messages"));
        }
        if (!group.discardedBy().isEmpty()) {
            result.add(new Finding(
                    Risk.DISCARDED,
                    group.group(),
                    Severity.CAN_LOSE,
                    Words.list(group.discardedBy())
                            + " has no retry queue for the group (retryQueueNums): a message that fails is answered as taken"
                            + " back, and dropped",
                    "retryQueueNums=1",
                    "for the group on that broker: mqadmin updateSubGroup -q 1 -g " + group.group()));
        }
        if (group.consumeFrom() != ConsumeFrom.FIRST_OFFSET) {
            result.add(new Finding(
                    Risk.SKIPS_EARLIER,
                    group.group(),
                    Severity.CAN_LOSE,
                    "What was sent before the group's first start is skipped (consume-from: "
                            + group.consumeFrom()
                                    .name()
                                    .toLowerCase(java.util.Locale.ROOT)
                                    .replace('_', '-') + ")",
                    "reliable-mq.consumer.consume-from=first-offset",
                    ""));
        }
        idempotence(group, result);
        if (group.maxReconsumeTimes() == 0 && !group.broadcasting()) {
            result.add(new Finding(
                    Risk.NO_RECONSUME,
                    group.group(),
                    Severity.ADVICE,
                    "The first failure of a listener makes a dead letter, also where another attempt would have helped",
                    "reliable-mq.consumer.max-reconsume-times=15",
                    ""));
        }
        if (!group.broadcasting() && !group.deadLettersHeard()) {
            result.add(new Finding(
                    Risk.DEAD_LETTERS_UNHEARD,
                    group.group(),
                    Severity.ADVICE,
                    "A message that fails in all its attempts is kept in %DLQ%" + group.group()
                            + ", and no listener here hears of it",
                    "",
                    "Watch reliable_mq_consumer_dead_letters_messages_total, or listen to the dead letters"));
        }
    }

    private static void idempotence(GroupFacts group, Assessed result) {
        if (Boolean.TRUE.equals(group.idempotent())) {
            return;
        }
        result.add(new Finding(
                Risk.NOT_IDEMPOTENT,
                group.group(),
                Severity.ADVICE,
                "A message may come twice, after a crash or a lost answer"
                        + (group.idempotent() == null ? "; whether the listeners expect that is not known" : ""),
                "",
                "Make the listeners idempotent, for instance with idempotent on @MessageListener"));
    }

    private static String guarantee(GroupFacts group) {
        String topics = Words.list(group.topics());
        if (group.broadcasting()) {
            return "Each member receives all messages of " + topics
                    + ", from where it stood; a message is done after the listener returned";
        }
        return "A message of " + topics + " is acknowledged only after its listener returned" + order(group)
                + "; what fails is kept by the broker, handed out again up to "
                + Words.count(group.maxReconsumeTimes(), "time", "times") + ", then kept as a dead letter";
    }

    private static String order(GroupFacts group) {
        return group.orderly() ? ", one after the other in each queue" : "";
    }
}
