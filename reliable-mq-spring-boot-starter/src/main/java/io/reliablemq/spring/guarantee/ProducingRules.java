package io.reliablemq.spring.guarantee;

import io.reliablemq.spring.guarantee.BrokerFacts.Flush;
import io.reliablemq.spring.guarantee.BrokerFacts.Replication;
import io.reliablemq.spring.guarantee.ProducerFacts.Compensation;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;

/** What producers guarantee. A send that was not acknowledged is not lost silently: its sender gets an exception. */
final class ProducingRules {

    private static final String PREFIX = "reliable-mq.producer.";

    private ProducingRules() {}

    static void assess(ProducerFacts producer, List<BrokerFacts> brokers, Assessed result) {
        result.holds(Stage.PRODUCING, producer.group(), guarantee(producer));
        oneWay(producer, result);
        afterCommit(producer, result);
        compensation(producer, result);
        retries(producer, result);
        patience(producer, brokers, result);
    }

    private static String guarantee(ProducerFacts producer) {
        String then = switch (producer.compensation()) {
            case CALLER -> "what fails reaches the caller as an exception with every attempt";
            case HANDLER -> "what fails is handed to the application's SendFailureHandler";
            case JOURNAL -> "what fails waits in the journal on this machine and is sent when a broker is back";
            case OUTBOX ->
                "what is sent through the outbox commits with the business data and is sent until a broker has it;"
                        + " what fails otherwise reaches the caller as an exception";
        };
        return "A send is a success only after SEND_OK, with up to "
                + Words.count(1L + producer.retries(), "attempt", "attempts") + " in "
                + Words.of(producer.sendTimeout()) + "; " + then;
    }

    private static void oneWay(ProducerFacts producer, Assessed result) {
        if (producer.oneWaySends() > 0) {
            result.add(new Finding(
                    Risk.ONE_WAY,
                    producer.group(),
                    Severity.CAN_LOSE,
                    Words.count(producer.oneWaySends(), "message was", "messages were")
                            + " sent one-way: whether a broker has them nobody knows",
                    "",
                    "Use send or sendAsync instead of sendOneWay"));
        }
    }

    /** The send has returned normally, the transaction has committed, and nobody will get an exception. */
    private static void afterCommit(ProducerFacts producer, Assessed result) {
        if (producer.afterCommit()) {
            result.add(new Finding(
                    Risk.AFTER_COMMIT,
                    producer.group(),
                    Severity.CAN_LOSE,
                    "Messages are sent after the commit of the caller's transaction: the end of the process between commit and"
                            + " send loses them, and a send that fails then can take nothing back",
                    "reliable-mq.template.in-transaction=outbox",
                    "and reliable-mq.outbox.enabled=true"));
        }
    }

    private static void compensation(ProducerFacts producer, Assessed result) {
        if (producer.compensation() == Compensation.CALLER) {
            result.add(new Finding(
                    Risk.UNCOMPENSATED,
                    producer.group(),
                    Severity.ADVICE,
                    "A message whose attempts all fail is kept by nobody but the caller that gets the exception",
                    "reliable-mq.outbox.enabled=true",
                    "and send in the business transaction, or give the producer a SendFailureHandler"));
        }
        if (producer.compensation() == Compensation.JOURNAL) {
            result.add(new Finding(
                    Risk.LOCAL_JOURNAL,
                    producer.group(),
                    Severity.ADVICE,
                    "A message that no broker took (ACCEPTED_LOCALLY) is on this machine's disk alone until a broker is back",
                    "reliable-mq.outbox.enabled=true",
                    "to keep such messages in the database"));
        }
    }

    private static void retries(ProducerFacts producer, Assessed result) {
        if (producer.retries() == 0 || producer.asyncRetries() == 0) {
            String which =
                    producer.retries() == 0 ? "retry-times-when-send-failed" : "retry-times-when-send-async-failed";
            result.add(new Finding(
                    Risk.NO_RETRY,
                    producer.group(),
                    Severity.ADVICE,
                    "The first failed attempt ends " + (producer.retries() == 0 ? "a send" : "an asynchronous send")
                            + ", so that each restart of a broker fails some",
                    PREFIX + which + "=2",
                    ""));
        }
        if (!producer.retriesUnsafe()) {
            result.add(new Finding(
                    Risk.UNSAFE_NOT_RETRIED,
                    producer.group(),
                    Severity.ADVICE,
                    "A message that a broker has stored, but not safely, fails at once instead of going to another broker",
                    PREFIX + "retry-another-broker-when-not-store-ok=true",
                    ""));
        }
    }

    /** Who gives up before the broker has answered does not learn what became of the message. */
    private static void patience(ProducerFacts producer, List<BrokerFacts> brokers, Assessed result) {
        Duration longest = brokers.stream()
                .filter(BrokerFacts::isMaster)
                .flatMap(ProducingRules::answerTimes)
                .max(Duration::compareTo)
                .orElse(Duration.ZERO);
        if (producer.sendTimeout().compareTo(longest) < 0) {
            result.add(new Finding(
                    Risk.IMPATIENT,
                    producer.group(),
                    Severity.ADVICE,
                    "A send gives up after " + Words.of(producer.sendTimeout()) + ", while a broker may take "
                            + Words.of(longest)
                            + " to say that a message is not safe: the outcome is unknown then, and sending again makes a"
                            + " duplicate",
                    PREFIX + "send-timeout=" + longest.plusSeconds(2).toMillis() + "ms",
                    ""));
        }
    }

    private static Stream<Duration> answerTimes(BrokerFacts broker) {
        Flush flush = broker.flush();
        Replication replication = broker.replication();
        return Stream.of(
                        flush == null || !flush.synchronous() ? null : flush.timeout(),
                        replication == null || replication.needed() < 2 ? null : replication.timeout())
                .filter(Objects::nonNull);
    }
}
