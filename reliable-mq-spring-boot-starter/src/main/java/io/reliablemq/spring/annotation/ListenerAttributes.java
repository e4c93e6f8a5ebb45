package io.reliablemq.spring.annotation;

import io.reliablemq.client.api.ConsumeFrom;
import io.reliablemq.client.api.ConsumeMode;
import io.reliablemq.protocol.message.Names;
import io.reliablemq.spring.config.ListenerSettings;
import io.reliablemq.spring.listener.MessageSelector;
import io.reliablemq.spring.listener.SqlSelector;
import io.reliablemq.spring.listener.TagSelector;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.springframework.format.datetime.standard.DurationFormatterUtils;

/** Reads the attributes of a {@link MessageListener}, with those of its class behind them. */
final class ListenerAttributes {

    private static final String DEAD_LETTERS_SUFFIX = "-dead-letters";

    private final AttributeTexts texts;
    private final MessageListener own;
    private final @Nullable MessageListener defaults;

    /** Those of the class where they may stand for topic, group and selector; listeners of dead letters have none. */
    private final @Nullable MessageListener subscriptionDefaults;

    /** @param defaults those of the class; null if it has none */
    ListenerAttributes(AttributeTexts texts, MessageListener own, @Nullable MessageListener defaults) {
        this.texts = texts;
        this.own = own;
        this.defaults = defaults;
        this.subscriptionDefaults = own.deadLettersOf().isEmpty() ? defaults : null;
    }

    String topic() {
        String ofGroup = subscription("deadLettersOf", MessageListener::deadLettersOf);
        String topic = subscription("topic", MessageListener::topic);
        if (ofGroup.isEmpty()) {
            return texts.checked("topic", topic, Names::requireTopic);
        }
        if (!topic.isEmpty()) {
            throw texts.refused("deadLettersOf", ofGroup, "There is a topic too, '" + topic + "'; keep one.", null);
        }
        return Names.deadLetterTopic(texts.checked("deadLettersOf", ofGroup, Names::requireGroup));
    }

    String group() {
        String group = subscription("group", MessageListener::group);
        String ofGroup = subscription("deadLettersOf", MessageListener::deadLettersOf);
        String name = group.isEmpty() && !ofGroup.isEmpty() ? ofGroup + DEAD_LETTERS_SUFFIX : group;
        return texts.checked("group", name, Names::requireGroup);
    }

    MessageSelector selector() {
        boolean ownSelector = !own.tags().isEmpty() || !own.selectorExpression().isEmpty();
        MessageListener from = ownSelector || subscriptionDefaults == null ? own : subscriptionDefaults;
        String tags = texts.resolve("tags", from.tags());
        String expression = texts.resolve("selectorExpression", from.selectorExpression());
        if (!tags.isEmpty() && !expression.isEmpty()) {
            throw texts.refused(
                    "selectorExpression", expression, "There are tags too, '" + tags + "'; keep one.", null);
        }
        if (from.selectorType() == SelectorType.SQL92) {
            return texts.checked("selectorExpression", expression, SqlSelector::new);
        }
        return expression.isEmpty()
                ? texts.checked("tags", tags, TagSelector::parse)
                : texts.checked("selectorExpression", expression, TagSelector::parse);
    }

    /** Empty if none is given. */
    String id() {
        return texts.resolve("id", own.id());
    }

    /** The name of a bean; empty if none is given. */
    String errorHandler() {
        return text("errorHandler", MessageListener::errorHandler);
    }

    /** Empty if none is given. */
    String idempotent() {
        String store = text("idempotent", MessageListener::idempotent);
        return store.equals(MessageListener.NONE) ? "" : store;
    }

    /** An expression; empty if none is given. */
    String idempotentKey() {
        boolean none = texts.resolve("idempotent", own.idempotent()).equals(MessageListener.NONE);
        return text("idempotentKey", MessageListener::idempotentKey, behindUnless(none));
    }

    ListenerSettings settings() {
        String consumeFrom = text("consumeFrom", MessageListener::consumeFrom);
        Instant time = time(consumeFrom);
        Boolean batch = flag("batch", text("batch", MessageListener::batch));
        boolean single = Boolean.FALSE.equals(flag("batch", texts.resolve("batch", own.batch())));
        Integer batchSize = number("batchSize", text("batchSize", MessageListener::batchSize, behindUnless(single)), 1);
        boolean sameSays = single || own.batchSize().isEmpty();
        if (batchSize != null && Boolean.FALSE.equals(batch) && sameSays) {
            throw texts.refused("batchSize", batchSize.toString(), "The attribute batch is false; keep one.", null);
        }
        ListenerSettings.Builder settings = ListenerSettings.builder()
                .mode(atMostOne("mode", MessageListener::mode))
                .model(atMostOne("model", MessageListener::model))
                .concurrency(number("concurrency", text("concurrency", MessageListener::concurrency), 1))
                .batch(Boolean.TRUE.equals(batch))
                .batchSize(batchSize)
                .maxReconsumeTimes(
                        number("maxReconsumeTimes", text("maxReconsumeTimes", MessageListener::maxReconsumeTimes), 0))
                .nonRetryable(nonRetryable())
                .consumeTimeout(duration("consumeTimeout", text("consumeTimeout", MessageListener::consumeTimeout)))
                .maxMessagesPerSecond(rate())
                .autoStartup(flag("autoStartup", text("autoStartup", MessageListener::autoStartup)));
        settings.retryDelays(retryDelays());
        return time == null
                ? settings.consumeFrom(start(consumeFrom)).build()
                : settings.consumeFrom(time).build();
    }

    private @Nullable List<Duration> retryDelays() {
        String delays = text(
                "retryDelays",
                MessageListener::retryDelays,
                behindUnless(!own.suspendTime().isEmpty()));
        String suspendTime = text(
                "suspendTime",
                MessageListener::suspendTime,
                behindUnless(!own.retryDelays().isEmpty()));
        if (suspendTime.isEmpty()) {
            return delays.isEmpty()
                    ? null
                    : Arrays.stream(delays.split(","))
                            .map(delay -> requiredDuration("retryDelays", delay.strip()))
                            .toList();
        }
        if (!delays.isEmpty()) {
            throw texts.refused("suspendTime", suspendTime, "There are retryDelays too; keep one.", null);
        }
        if (atMostOne("mode", MessageListener::mode) != ConsumeMode.ORDERLY) {
            throw texts.refused(
                    "suspendTime",
                    suspendTime,
                    "The mode is not ORDERLY, so that there is no queue to suspend; set it, or use retryDelays.",
                    null);
        }
        return List.of(requiredDuration("suspendTime", suspendTime));
    }

    private @Nullable Set<Class<? extends Throwable>> nonRetryable() {
        Class<? extends Throwable>[] types = own.noRetryFor();
        if (types.length == 0 && defaults != null) {
            types = defaults.noRetryFor();
        }
        return types.length == 0 ? null : Set.of(types);
    }

    private <T> @Nullable T atMostOne(String attribute, Function<MessageListener, T[]> values) {
        T[] found = values.apply(own);
        if (found.length == 0 && defaults != null) {
            found = values.apply(defaults);
        }
        if (found.length > 1) {
            throw texts.refused(attribute, Arrays.toString(found), "It has one value at the most.", null);
        }
        return found.length == 0 ? null : found[0];
    }

    private @Nullable Instant time(String consumeFrom) {
        if (consumeFrom.isEmpty() || !Character.isDigit(consumeFrom.charAt(0))) {
            return null;
        }
        try {
            return Instant.parse(consumeFrom);
        } catch (DateTimeParseException e) {
            throw texts.refused("consumeFrom", consumeFrom, "It is not a time such as 2026-01-31T00:00:00Z.", e);
        }
    }

    private @Nullable ConsumeFrom start(String consumeFrom) {
        if (consumeFrom.isEmpty()) {
            return null;
        }
        return switch (consumeFrom.toLowerCase(Locale.ROOT).replace('_', '-')) {
            case "first-offset" -> ConsumeFrom.FIRST_OFFSET;
            case "last-offset" -> ConsumeFrom.LAST_OFFSET;
            default ->
                throw texts.refused(
                        "consumeFrom",
                        consumeFrom,
                        "It must be first-offset, last-offset, or a time such as 2026-01-31T00:00:00Z.",
                        null);
        };
    }

    private @Nullable Boolean flag(String attribute, String value) {
        return switch (value.toLowerCase(Locale.ROOT)) {
            case "" -> null;
            case "true" -> true;
            case "false" -> false;
            default -> throw texts.refused(attribute, value, "It must be true or false.", null);
        };
    }

    private @Nullable Integer number(String attribute, String value, int least) {
        if (value.isEmpty()) {
            return null;
        }
        try {
            int number = Integer.parseInt(value);
            if (number >= least) {
                return number;
            }
        } catch (NumberFormatException e) {
            throw texts.refused(attribute, value, "It is not a number.", e);
        }
        throw texts.refused(attribute, value, "It must be at least " + least + ".", null);
    }

    private @Nullable Double rate() {
        String value = text("maxMessagesPerSecond", MessageListener::maxMessagesPerSecond);
        if (value.isEmpty()) {
            return null;
        }
        try {
            double rate = Double.parseDouble(value);
            if (rate >= 0 && Double.isFinite(rate)) {
                return rate;
            }
        } catch (NumberFormatException e) {
            throw texts.refused("maxMessagesPerSecond", value, "It is not a number.", e);
        }
        throw texts.refused("maxMessagesPerSecond", value, "It must be at least 0.", null);
    }

    private @Nullable Duration duration(String attribute, String value) {
        return value.isEmpty() ? null : requiredDuration(attribute, value);
    }

    private Duration requiredDuration(String attribute, String value) {
        try {
            Duration duration = DurationFormatterUtils.detectAndParse(value);
            if (duration.toMillis() > 0) {
                return duration;
            }
        } catch (IllegalArgumentException e) {
            throw texts.refused(attribute, value, "'" + value + "' is not a time such as 30s or 5m.", e);
        }
        throw texts.refused(attribute, value, "'" + value + "' is not longer than 0.", null);
    }

    /** The class only gives defaults: what goes against the method's own word is none. */
    private @Nullable MessageListener behindUnless(boolean contradicted) {
        return contradicted ? null : defaults;
    }

    private String subscription(String attribute, Function<MessageListener, String> value) {
        return text(attribute, value, subscriptionDefaults);
    }

    private String text(String attribute, Function<MessageListener, String> value) {
        return text(attribute, value, defaults);
    }

    private String text(String attribute, Function<MessageListener, String> value, @Nullable MessageListener behind) {
        String expression = value.apply(own);
        if (expression.isEmpty() && behind != null) {
            expression = value.apply(behind);
        }
        return texts.resolve(attribute, expression);
    }
}
