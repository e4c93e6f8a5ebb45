package io.reliablemq.spring.autoconfigure;

import java.util.List;
import org.springframework.boot.autoconfigure.condition.ConditionMessage;
import org.springframework.boot.autoconfigure.condition.ConditionOutcome;
import org.springframework.boot.autoconfigure.condition.SpringBootCondition;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.context.annotation.ConditionContext;
import org.springframework.core.type.AnnotatedTypeMetadata;
import org.springframework.util.StringUtils;

/** Whether a name server is set, as a comma-separated text or as a list; an empty text counts as none. */
class NameServerCondition extends SpringBootCondition {

    private static final String NAME = "reliable-mq.name-server";

    @Override
    public ConditionOutcome getMatchOutcome(ConditionContext context, AnnotatedTypeMetadata metadata) {
        List<String> nameServers = Binder.get(context.getEnvironment())
                .bind(NAME, Bindable.listOf(String.class))
                .orElse(List.of());
        ConditionMessage.Builder message = ConditionMessage.forCondition("Name server");
        return nameServers.stream().anyMatch(StringUtils::hasText)
                ? ConditionOutcome.match(message.found("property").items(NAME))
                : ConditionOutcome.noMatch(message.didNotFind("property").items(NAME));
    }
}
