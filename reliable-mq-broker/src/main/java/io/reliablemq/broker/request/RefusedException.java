package io.reliablemq.broker.request;

/** A request is refused, with the response code and the text for its answer. Has no stack trace: it is no defect. */
final class RefusedException extends RuntimeException {

    private final int responseCode;

    RefusedException(int responseCode, String remark) {
        super(remark, null, false, false);
        this.responseCode = responseCode;
    }

    int responseCode() {
        return responseCode;
    }

    String remark() {
        return String.valueOf(getMessage());
    }
}
