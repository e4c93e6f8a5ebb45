package io.reliablemq.spring.guarantee;

import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** From facts to a report. A pure function: the same facts give the same report. */
public final class Assessment {

    private static final String NAME_SERVERS = "name servers";

    private Assessment() {}

    /** @param at when the facts were collected */
    public static GuaranteeReport of(Facts facts, Instant at) {
        Assessed result = new Assessed();
        facts.producers().forEach(producer -> ProducingRules.assess(producer, facts.brokers(), result));
        storing(facts, result);
        facts.groups().forEach(group -> ConsumingRules.assess(group, result));
        List<Finding> graveFirst = result.findings().stream()
                .sorted(Comparator.comparing((Finding finding) -> finding.risk().stage())
                        .thenComparing(Finding::severity))
                .toList();
        return new GuaranteeReport(at, result.guarantees(), graveFirst);
    }

    private static void storing(Facts facts, Assessed result) {
        String problem = facts.nameServerProblem();
        if (problem != null || facts.brokers().isEmpty()) {
            result.add(new Finding(
                    Risk.BROKER_UNKNOWN,
                    NAME_SERVERS,
                    Severity.UNKNOWN,
                    "Unknown which brokers keep the messages: "
                            + (problem == null ? "the name servers know none" : problem),
                    "",
                    "Check reliable-mq.name-server, and that brokers are registered there"));
        }
        Map<String, List<BrokerFacts>> byName = facts.brokers().stream()
                .collect(Collectors.groupingBy(BrokerFacts::name, TreeMap::new, Collectors.toList()));
        byName.forEach((name, brokers) -> storing(name, brokers, result));
    }

    private static void storing(String name, List<BrokerFacts> brokers, Assessed result) {
        List<BrokerFacts> slaves =
                brokers.stream().filter(broker -> !broker.isMaster()).toList();
        List<BrokerFacts> masters =
                brokers.stream().filter(BrokerFacts::isMaster).toList();
        masters.forEach(master -> StoringRules.assess(master, slaves, result));
        if (masters.isEmpty()) {
            result.add(new Finding(
                    Risk.BROKER_UNKNOWN,
                    name,
                    Severity.UNKNOWN,
                    "Unknown: its master is away, and only that tells how it answers",
                    "",
                    "Start the master, or promote a slave"));
        }
    }
}
