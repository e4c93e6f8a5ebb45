package io.reliablemq.protocol.command;

/** Codes of the requests that we send or answer, by their names in the protocol. */
public final class RequestCode {

    public static final int SEND_MESSAGE = 10;
    public static final int PULL_MESSAGE = 11;
    public static final int QUERY_MESSAGE = 12;
    public static final int QUERY_CONSUMER_OFFSET = 14;
    public static final int UPDATE_CONSUMER_OFFSET = 15;
    public static final int UPDATE_AND_CREATE_TOPIC = 17;
    public static final int GET_ALL_TOPIC_CONFIG = 21;
    public static final int GET_BROKER_CONFIG = 26;
    public static final int GET_BROKER_RUNTIME_INFO = 28;
    public static final int SEARCH_OFFSET_BY_TIMESTAMP = 29;
    public static final int GET_MAX_OFFSET = 30;
    public static final int GET_MIN_OFFSET = 31;
    public static final int GET_EARLIEST_MESSAGE_STORE_TIME = 32;
    public static final int VIEW_MESSAGE_BY_ID = 33;
    public static final int HEART_BEAT = 34;
    public static final int UNREGISTER_CLIENT = 35;
    public static final int CONSUMER_SEND_MESSAGE_BACK = 36;
    public static final int END_TRANSACTION = 37;
    public static final int GET_CONSUMER_LIST_BY_GROUP = 38;
    public static final int CHECK_TRANSACTION_STATE = 39;
    public static final int NOTIFY_CONSUMER_IDS_CHANGED = 40;
    public static final int LOCK_BATCH_QUEUES = 41;
    public static final int UNLOCK_BATCH_QUEUES = 42;
    public static final int CHECK_CLIENT_CONFIG = 46;
    public static final int PUT_KV_CONFIG = 100;
    public static final int GET_KV_CONFIG = 101;
    public static final int DELETE_KV_CONFIG = 102;
    public static final int REGISTER_BROKER = 103;
    public static final int UNREGISTER_BROKER = 104;
    public static final int GET_ROUTE_BY_TOPIC = 105;
    public static final int GET_BROKER_CLUSTER_INFO = 106;
    public static final int UPDATE_AND_CREATE_SUBSCRIPTION_GROUP = 200;
    public static final int GET_ALL_SUBSCRIPTION_GROUP_CONFIG = 201;
    public static final int GET_TOPIC_STATS = 202;
    public static final int GET_CONSUMER_CONNECTIONS = 203;
    public static final int GET_PRODUCER_CONNECTIONS = 204;
    public static final int GET_ALL_TOPICS_FROM_NAME_SERVER = 206;
    public static final int DELETE_SUBSCRIPTION_GROUP = 207;
    public static final int GET_CONSUME_STATS = 208;
    public static final int DELETE_TOPIC_IN_BROKER = 215;
    public static final int DELETE_TOPIC_IN_NAME_SERVER = 216;
    public static final int RESET_CONSUMER_CLIENT_OFFSET = 220;
    public static final int RESET_OFFSET = 222;
    public static final int QUERY_TOPIC_CONSUME_BY_WHO = 300;
    public static final int SEND_MESSAGE_V2 = 310;
    public static final int SEND_BATCH_MESSAGE = 320;
    public static final int SEND_REPLY_MESSAGE = 324;
    public static final int SEND_REPLY_MESSAGE_V2 = 325;
    public static final int PUSH_REPLY_MESSAGE_TO_CLIENT = 326;
    public static final int GET_SUBSCRIPTION_GROUP_CONFIG = 352;
    public static final int LITE_PULL_MESSAGE = 361;
    public static final int RECALL_MESSAGE = 370;
    public static final int BROKER_HEARTBEAT = 904;

    // Our own. The protocol's codes end below 3200, but for some above 200,000; a binary header has two bytes for them.

    /** One-way, from a name server to those that watch routes: those of the topics in the body have changed. */
    public static final int ROUTES_CHANGED = 24_001;
    /** A replica asks where it can follow. */
    public static final int REPLICA_ATTACH = 24_101;
    /** One-way, to a replica: records of the log, or none, and how far it is committed. */
    public static final int REPLICA_LOG = 24_102;
    /** One-way, from a replica: how far it has the log. */
    public static final int REPLICA_CONFIRM = 24_103;
    /** A slave asks its master for state files that it does not have, and waits for them. */
    public static final int FOLLOW_STATE = 24_111;
    /** A slave gives its master the offsets that consumers committed while the master was away. */
    public static final int GIVE_OFFSETS = 24_112;
    /** A broker asks another of its name which role that has. */
    public static final int ASK_ROLE = 24_113;
    /** A master that has stopped to take messages hands its state to a slave, which is to take over next. */
    public static final int PREPARE_TAKE_OVER = 24_114;
    /** The slave that was prepared is to be the master from now on. */
    public static final int TAKE_OVER = 24_115;
    /** The slave that was prepared is to stay what it is. */
    public static final int CANCEL_TAKE_OVER = 24_116;

    private RequestCode() {}
}
