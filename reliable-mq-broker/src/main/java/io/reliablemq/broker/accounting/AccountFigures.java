package io.reliablemq.broker.accounting;

import io.reliablemq.broker.figures.Figure;
import io.reliablemq.broker.figures.Figures;
import io.reliablemq.broker.figures.Health;
import io.reliablemq.broker.figures.HealthChecks;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/** The accounts in numbers, and as a finding when they do not add up. Thread-safe. */
public final class AccountFigures implements Figures, HealthChecks {

    private static final String PREFIX = "reliable.mq.broker.group.";
    private static final int MOST_NAMED = 5;

    private final LossAccounts accounts;

    public AccountFigures(LossAccounts accounts) {
        this.accounts = accounts;
    }

    @Override
    public List<Figure> read() {
        List<Figure> figures = new ArrayList<>();
        for (GroupAccount account : accounts.accounts().values()) {
            List.of(
                            figure("appended", "Messages of the group's topics since it began", account.appended()),
                            figure("acknowledged", "Messages that the group has done", account.acknowledged()),
                            figure("inflight", "Messages that wait or are in a consumer's hands", account.inFlight()),
                            figure("retrying", "Messages that wait for another attempt", account.retrying()),
                            figure("dead", "Messages that the group gave up", account.dead()),
                            figure("expired", "Messages deleted before the group had passed them", account.expired()),
                            figure("duplicated", "Second copies of messages that failed", account.duplicated()),
                            figure("unaccounted", "What none of the others explains; must be 0", account.unaccounted()))
                    .forEach(figure -> figures.add(figure.tagged("group", account.group())));
        }
        return figures;
    }

    private static Figure figure(String name, String help, long value) {
        return Figure.gauge(PREFIX + name, Figure.MESSAGES, help, value);
    }

    @Override
    public List<Health.Finding> findings() {
        List<GroupAccount> open = accounts.accounts().values().stream()
                .filter(account -> account.unaccounted() != 0)
                .toList();
        if (open.isEmpty()) {
            return List.of();
        }
        String groups = open.stream()
                .limit(MOST_NAMED)
                .map(account -> account.group() + " (" + account.unaccounted() + ")")
                .collect(Collectors.joining(", ", "", open.size() > MOST_NAMED ? " and others" : ""));
        return List.of(new Health.Finding(
                "accounts",
                Health.Status.DEGRADED,
                "Messages of these groups are unaccounted for: " + groups,
                "Look for errors of the broker since the last time that they added up, keep a copy of its data folder,"
                        + " and report it: this is a defect"));
    }
}
