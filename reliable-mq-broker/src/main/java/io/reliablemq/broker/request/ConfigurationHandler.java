package io.reliablemq.broker.request;

import io.reliablemq.protocol.command.Body;
import io.reliablemq.protocol.command.Command;
import io.reliablemq.protocol.command.RequestCode;
import io.reliablemq.protocol.transport.Reply;
import java.util.Map;
import java.util.TreeMap;

/**
 * Tells how the broker is set, as the text of a Java properties file: what the protocol asks for, so that tools and
 * applications can see what the broker guarantees. Immutable.
 */
public final class ConfigurationHandler {

    private final Map<String, String> told;

    /** @param told values by name */
    public ConfigurationHandler(Map<String, String> told) {
        this.told = new TreeMap<>(told);
    }

    public void addTo(HandlerTable.Builder table) {
        table.on(RequestCode.GET_BROKER_CONFIG, this::tell);
    }

    private void tell(Command command, Reply reply) {
        StringBuilder text = new StringBuilder();
        told.forEach((name, value) ->
                text.append(name).append('=').append(escaped(value)).append('\n'));
        reply.send(Command.success(Map.of(), Body.ofUtf8(text.toString())));
    }

    /** Readers of properties take a backslash for an escape, and a line's end for the end of the value. */
    private static String escaped(String value) {
        return value.replace("\\", "\\\\").replace("\r", "\\r").replace("\n", "\\n");
    }
}
