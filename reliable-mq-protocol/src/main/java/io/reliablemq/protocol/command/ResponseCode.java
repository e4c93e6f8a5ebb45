package io.reliablemq.protocol.command;

/** Codes of the answers that we give or understand, by their names in the protocol. */
public final class ResponseCode {

    public static final int SUCCESS = 0;
    public static final int SYSTEM_ERROR = 1;
    public static final int SYSTEM_BUSY = 2;
    public static final int REQUEST_CODE_NOT_SUPPORTED = 3;
    /** Stored, but not known to be on disk. */
    public static final int FLUSH_DISK_TIMEOUT = 10;
    /** Stored, but there was no slave to replicate to. */
    public static final int SLAVE_NOT_AVAILABLE = 11;
    /** Stored, but not known to be on a slave. */
    public static final int FLUSH_SLAVE_TIMEOUT = 12;

    public static final int MESSAGE_ILLEGAL = 13;
    public static final int SERVICE_NOT_AVAILABLE = 14;
    public static final int VERSION_NOT_SUPPORTED = 15;
    public static final int NO_PERMISSION = 16;
    public static final int TOPIC_NOT_EXIST = 17;
    public static final int PULL_NOT_FOUND = 19;
    public static final int PULL_RETRY_IMMEDIATELY = 20;
    public static final int PULL_OFFSET_MOVED = 21;
    public static final int QUERY_NOT_FOUND = 22;
    public static final int SUBSCRIPTION_PARSE_FAILED = 23;
    public static final int SUBSCRIPTION_NOT_EXIST = 24;
    public static final int SUBSCRIPTION_NOT_LATEST = 25;
    public static final int SUBSCRIPTION_GROUP_NOT_EXIST = 26;
    public static final int INVALID_PARAMETER = 29;
    public static final int NO_BUYER_ID = 204;
    public static final int NOT_IN_CURRENT_UNIT = 205;
    public static final int CONSUMER_NOT_ONLINE = 206;
    public static final int FLOW_CONTROL = 215;
    /** What is asked for cannot be done any more, or never could. */
    public static final int ILLEGAL_OPERATION = 604;

    public static final int GO_AWAY = 1500;

    private ResponseCode() {}
}
