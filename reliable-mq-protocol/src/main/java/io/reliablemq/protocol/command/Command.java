package io.reliablemq.protocol.command;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One request, one-way request or response.
 *
 * <p>Immutable. The correlation id (on the wire: {@code opaque}) of a request is given by the connection that sends
 * it, so a request is built without one; a response carries that of its request.
 *
 * @param code a {@link RequestCode} or a {@link ResponseCode}, depending on {@link #isResponse()}
 * @param version the sender's protocol version ordinal; {@value #VERSION} is ours (Apache RocketMQ 5.5.0)
 * @param correlationId matches a response with its request, within one connection and one direction
 * @param flags bit 0: response, bit 1: one-way
 * @param remark text for humans, mostly of an error; never a signal
 * @param fields the header fields (on the wire: {@code extFields}), by wire name
 * @param body the bytes behind the header
 */
public record Command(
        int code,
        int version,
        int correlationId,
        int flags,
        @Nullable String remark,
        Map<String, String> fields,
        Body body) {

    /** The version ordinal of Apache RocketMQ 5.5.0, whose behaviour we speak. */
    public static final int VERSION = 513;

    private static final int RESPONSE = 1;
    private static final int ONE_WAY = 2;

    /** A request that expects a response, without a body. */
    public static Command request(int code, Map<String, String> fields) {
        return request(code, fields, Body.EMPTY);
    }

    /** A request that expects a response. */
    public static Command request(int code, Map<String, String> fields, Body body) {
        return new Command(code, VERSION, 0, 0, null, fields, body);
    }

    /** A response of success without fields or body. */
    public static Command success() {
        return response(ResponseCode.SUCCESS, null, Map.of(), Body.EMPTY);
    }

    public static Command success(Map<String, String> fields) {
        return response(ResponseCode.SUCCESS, null, fields, Body.EMPTY);
    }

    public static Command success(Map<String, String> fields, Body body) {
        return response(ResponseCode.SUCCESS, null, fields, body);
    }

    /** A response that says why a request was refused. */
    public static Command failure(int responseCode, String remark) {
        return response(responseCode, remark, Map.of(), Body.EMPTY);
    }

    public static Command response(int code, @Nullable String remark, Map<String, String> fields, Body body) {
        return new Command(code, VERSION, 0, RESPONSE, remark, fields, body);
    }

    public boolean isResponse() {
        return (flags & RESPONSE) != 0;
    }

    public boolean isOneWay() {
        return (flags & ONE_WAY) != 0;
    }

    public boolean isSuccess() {
        return code == ResponseCode.SUCCESS;
    }

    public Command asOneWay() {
        return new Command(code, version, correlationId, flags | ONE_WAY, remark, fields, body);
    }

    public Command withCorrelationId(int id) {
        return new Command(code, version, id, flags, remark, fields, body);
    }

    /** The remark, or an empty text. */
    public String remarkText() {
        return remark == null ? "" : remark;
    }
}
