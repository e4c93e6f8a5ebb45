package io.reliablemq.spring.autoconfigure;

import io.reliablemq.client.api.ReceivedMessage;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.aot.hint.BindingReflectionHintsRegistrar;
import org.springframework.aot.hint.MemberCategory;
import org.springframework.aot.hint.RuntimeHints;
import org.springframework.aot.hint.RuntimeHintsRegistrar;
import org.springframework.util.ClassUtils;

/**
 * What a native image cannot find out by itself: the types that client and embedded broker read and write as JSON, on the wire
 * and in their files, the native libraries that bodies are compressed with, the scripts for tables of outbox and idempotent
 * listeners, and what the expression for a key may ask for. Methods of listeners and their payloads are
 * seen to by the annotations on them.
 */
class ReliableMqRuntimeHints implements RuntimeHintsRegistrar {

    private static final String PROTOCOL = "io.reliablemq.protocol.";
    private static final String BROKER = "io.reliablemq.broker.";

    static final List<String> JSON_TYPES = List.of(
            PROTOCOL + "route.TopicRoute",
            PROTOCOL + "body.BrokerRegistration",
            PROTOCOL + "body.ClientConnections",
            PROTOCOL + "body.ClusterInfo",
            PROTOCOL + "body.ConsumerGroupSettings",
            PROTOCOL + "body.ConsumerGroupTable",
            PROTOCOL + "body.ConsumerIds",
            PROTOCOL + "body.Heartbeat",
            PROTOCOL + "body.QueueLock$Queue",
            PROTOCOL + "body.QueueLock$Request",
            PROTOCOL + "body.QueueLock$Response",
            PROTOCOL + "body.SubscriptionCheck",
            PROTOCOL + "body.TopicList",
            PROTOCOL + "body.TopicTable",
            "io.reliablemq.client.admin.RemoteClusterQueries$Runtime",
            BROKER + "FollowedTopics$Content",
            BROKER + "accounting.AccountsCheckpoint",
            BROKER + "delivery.DelayCursors$Content",
            BROKER + "group.CommittedOffsets$Content",
            BROKER + "replication.state.TakenOffset$Table",
            BROKER + "role.RoleFile$Content",
            BROKER + "transaction.OpenTransactions$Content");

    private static final List<String> NATIVE_LIBRARIES =
            List.of("*/*/libzstd-jni*", "net/jpountz/util/*/*/liblz4-java*");

    /** Boot knows scripts of its own names only. */
    private static final String SCHEMA_SCRIPTS = "io/reliablemq/spring/*/schema-*.sql";

    private final BindingReflectionHintsRegistrar binding = new BindingReflectionHintsRegistrar();

    @Override
    public void registerHints(RuntimeHints hints, @Nullable ClassLoader classLoader) {
        for (String name : JSON_TYPES) {
            // The broker may be absent.
            if (ClassUtils.isPresent(name, classLoader)) {
                binding.registerReflectionHints(hints.reflection(), ClassUtils.resolveClassName(name, classLoader));
            }
        }
        NATIVE_LIBRARIES.forEach(hints.resources()::registerPattern);
        hints.resources().registerPattern(SCHEMA_SCRIPTS);
        // What an expression for the key of an idempotent listener begins with.
        hints.reflection()
                .registerTypeIfPresent(
                        classLoader,
                        "io.reliablemq.spring.listener.adapter.MessageKeys$Root",
                        MemberCategory.INVOKE_PUBLIC_METHODS);
        hints.reflection().registerType(ReceivedMessage.class, MemberCategory.INVOKE_PUBLIC_METHODS);
    }
}
