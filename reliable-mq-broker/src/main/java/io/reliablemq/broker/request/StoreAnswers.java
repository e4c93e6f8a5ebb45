package io.reliablemq.broker.request;

import io.reliablemq.broker.store.AppendResult;
import io.reliablemq.protocol.command.Body;
import io.reliablemq.protocol.command.Command;
import io.reliablemq.protocol.command.ResponseCode;
import java.util.Map;
import java.util.function.Supplier;

/** What the outcome of an append is called on the wire. */
final class StoreAnswers {

    /** The answer where the caller needs no fields. */
    static Command plain(AppendResult result) {
        return answer(result, Map::of);
    }

    /** @param ofStored makes the answer's fields if the message is in the log, whatever else is to be said about it */
    static Command answer(AppendResult result, Supplier<Map<String, String>> ofStored) {
        Map<String, String> fields = result.status().isStored() ? ofStored.get() : Map.of();
        return switch (result.status()) {
            case COMMITTED -> Command.success(fields);
            case FLUSH_TIMEOUT ->
                Command.response(
                        ResponseCode.FLUSH_DISK_TIMEOUT,
                        "The message is stored, but was not on disk within the broker's bound",
                        fields,
                        Body.EMPTY);
            case REPLICA_TIMEOUT ->
                Command.response(
                        ResponseCode.FLUSH_SLAVE_TIMEOUT,
                        "The message is stored here, but was not on enough replicas within the broker's bound",
                        fields,
                        Body.EMPTY);
            case NO_REPLICA ->
                Command.response(
                        ResponseCode.SLAVE_NOT_AVAILABLE,
                        "The message is stored here, but too few replicas are near enough to have it soon",
                        fields,
                        Body.EMPTY);
            case BUSY ->
                Command.failure(
                        ResponseCode.SYSTEM_BUSY,
                        "[OVERLOAD] The broker takes no more messages for the moment: " + result.detail());
            case NO_SPACE ->
                Command.failure(
                        ResponseCode.SERVICE_NOT_AVAILABLE,
                        "[DISK_FULL] The broker takes no messages until there is room: " + result.detail());
            case CLOSED ->
                Command.failure(
                        ResponseCode.SERVICE_NOT_AVAILABLE, "The broker takes no messages now: " + result.detail());
            case FAILED ->
                Command.failure(
                        ResponseCode.SYSTEM_ERROR,
                        "The message may be stored or not, which only the broker's next start will show: "
                                + result.detail());
        };
    }

    private StoreAnswers() {}
}
