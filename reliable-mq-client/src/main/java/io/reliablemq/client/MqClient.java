package io.reliablemq.client;

import io.reliablemq.client.admin.RemoteClusterQueries;
import io.reliablemq.client.agent.TaskLoop;
import io.reliablemq.client.api.AsyncBatchMessageHandler;
import io.reliablemq.client.api.AsyncMessageHandler;
import io.reliablemq.client.api.BatchMessageHandler;
import io.reliablemq.client.api.ClientSettings;
import io.reliablemq.client.api.ClusterQueries;
import io.reliablemq.client.api.ConsumeInterceptor;
import io.reliablemq.client.api.DeadLetters;
import io.reliablemq.client.api.HeaderFormat;
import io.reliablemq.client.api.JournalSettings;
import io.reliablemq.client.api.MessageHandler;
import io.reliablemq.client.api.OpenConsumer;
import io.reliablemq.client.api.OpenProducer;
import io.reliablemq.client.api.Producer;
import io.reliablemq.client.api.ProducerSettings;
import io.reliablemq.client.api.PullConsumer;
import io.reliablemq.client.api.PullConsumerSettings;
import io.reliablemq.client.api.PushConsumer;
import io.reliablemq.client.api.PushConsumerSettings;
import io.reliablemq.client.api.SendFailureHandler;
import io.reliablemq.client.api.StoreAndForward;
import io.reliablemq.client.api.TransactionListener;
import io.reliablemq.client.api.TransactionProducer;
import io.reliablemq.client.api.WhenFull;
import io.reliablemq.client.consumer.ConsumerContext;
import io.reliablemq.client.consumer.DeadLetterTopics;
import io.reliablemq.client.consumer.GroupConsumer;
import io.reliablemq.client.consumer.GroupNotices;
import io.reliablemq.client.consumer.Handler;
import io.reliablemq.client.consumer.InterceptedHandler;
import io.reliablemq.client.consumer.QueuePuller;
import io.reliablemq.client.journal.Forwarder;
import io.reliablemq.client.producer.BrokerHealth;
import io.reliablemq.client.producer.OrderedQueues;
import io.reliablemq.client.producer.PendingReplies;
import io.reliablemq.client.producer.RetryingProducer;
import io.reliablemq.client.producer.SendContext;
import io.reliablemq.client.producer.TargetQueues;
import io.reliablemq.client.producer.TransactingProducer;
import io.reliablemq.client.producer.TransactionQuestions;
import io.reliablemq.client.route.Heartbeats;
import io.reliablemq.client.route.Reachability;
import io.reliablemq.client.route.RouteTable;
import io.reliablemq.protocol.runtime.AgentRunner;
import io.reliablemq.protocol.runtime.Clock;
import io.reliablemq.protocol.runtime.CloseStack;
import io.reliablemq.protocol.runtime.ErrorSink;
import io.reliablemq.protocol.tls.Tls;
import io.reliablemq.protocol.transport.EventLoops;
import io.reliablemq.protocol.transport.RemotingClient;
import io.reliablemq.protocol.transport.TransportSettings;
import java.io.IOException;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The client of one application: shares connections, routes and heartbeats among its producers and consumers.
 *
 * <p>Thread-safe. Making a client, a producer or a consumer does no I/O, except that a broadcasting consumer
 * opens its folder. Its threads are {@code rmq-client}, which owns
 * routes, heartbeats and assignments, two {@code rmq-client-io}, up to 64 {@code rmq-client-callback} while asynchronous
 * sends end, and {@code rmq-consume-GROUP} of each consumer.
 */
public final class MqClient implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(MqClient.class);

    private static final int IO_THREADS = 2;

    private final CloseStack shared = new CloseStack();
    private final Set<GroupConsumer> consumers = ConcurrentHashMap.newKeySet();
    private final Set<PullConsumer> pullers = ConcurrentHashMap.newKeySet();
    private final List<ConsumeInterceptor> interceptors = new CopyOnWriteArrayList<>();
    private final OpenProducers producers = new OpenProducers();
    private final Set<StoreAndForward> journals = ConcurrentHashMap.newKeySet();
    private final RouteTable routes;
    private final Heartbeats heartbeats;
    private final SendContext sending;
    private final ConsumerContext consuming;
    private final ClusterQueries cluster;
    private boolean closed;

    private MqClient(ClientSettings settings, Clock clock) {
        ErrorSink errors = (where, error) -> log.error("{} met an error and goes on", where, error);
        TaskLoop loop = new TaskLoop(clock, errors);
        EventLoops eventLoops = shared.push(EventLoops.create("rmq-client-io", IO_THREADS));
        GroupNotices groupNotices = new GroupNotices();
        PendingReplies replies = new PendingReplies();
        Callbacks callbacks = new Callbacks(loop, clock);
        TransactionQuestions questions = new TransactionQuestions(callbacks);
        Notices notices = new Notices(groupNotices, replies, questions);
        TransportSettings transport = TransportSettings.defaults()
                .withIoThreads(IO_THREADS)
                .withTls(Tls.opening(settings.tls()))
                .withBinaryHeaders(settings.headerFormat() == HeaderFormat.BINARY);
        Connections connections = shared.push(new Connections(new RemotingClient(eventLoops, transport, notices)));
        // Behind what it uses, so that it ends before that does.
        AgentRunner runner = shared.push(new AgentRunner(loop, errors));
        loop.onNewTask(runner::signal);
        shared.push(clock.ofMessages().onJump(runner::signal));
        shared.push(callbacks);

        this.routes = new RouteTable(settings, connections, loop, clock);
        this.heartbeats = new Heartbeats(ClientId.next(settings.instanceName()), settings, routes, connections, loop);
        Reachability reachability = new Reachability(routes, heartbeats, loop);
        this.cluster = new RemoteClusterQueries(settings, connections, reachability::isReachable);
        BrokerHealth health = new BrokerHealth(clock, reachability::isReachable);
        this.sending = new SendContext(
                routes,
                connections,
                health,
                new OrderedQueues(),
                new TargetQueues(),
                heartbeats,
                replies,
                questions,
                loop,
                clock,
                callbacks);
        this.consuming = new ConsumerContext(
                settings, routes, heartbeats, reachability, connections, loop, clock, groupNotices, callbacks);
        routes.addListener(topic -> health.retain(routes.brokerAddresses(false)));
        reachability.addListener(new Reachability.Listener() {
            @Override
            public void cutOff(String address) {
                health.disconnected(address);
            }

            @Override
            public void back(String address) {
                health.back(address);
            }

            @Override
            public void renewed(String address) {
                health.renewed(address);
            }
        });
        notices.onRoutesChanged(topics -> loop.execute(() -> routes.changed(topics)));
        connections.listen(new Connections.Listener() {
            @Override
            public void connected(String address) {
                loop.execute(() -> heartbeats.onConnected(address));
            }

            @Override
            public void disconnected(String address) {
                if (routes.brokerAddresses(true).contains(address)) {
                    health.disconnected(address);
                    reachability.disconnected(address);
                } else {
                    routes.disconnected(address);
                }
            }

            @Override
            public void failed(String address, Throwable error) {
                reachability.failed(address, error);
            }
        });
        runner.start();
    }

    public static MqClient create(ClientSettings settings) {
        return create(settings, Clock.SYSTEM);
    }

    /**
     * @param clock tells also {@linkplain Clock#ofMessages() the time that messages live by}, which attempts that wait in this
     *     client go by: those of ordered and of broadcast messages
     */
    public static MqClient create(ClientSettings settings, Clock clock) {
        return new MqClient(settings, clock);
    }

    /**
     * Asks a name server for something, so that a wrong address is known before the first message is sent. Completes
     * exceptionally, with what was wrong with the last of them, if none answers.
     */
    public CompletableFuture<Void> reachNameServers() {
        return routes.reach();
    }

    /** @throws IllegalStateException if the client is closed */
    public Producer producer(ProducerSettings producerSettings) {
        return newProducer(producerSettings, OpenProducer.Kind.MESSAGES, null);
    }

    /**
     * A producer whose failed sends are handed to the handler, which may outlive it.
     *
     * @throws IllegalStateException if the client is closed
     */
    public Producer producer(ProducerSettings producerSettings, SendFailureHandler handler) {
        return newProducer(producerSettings, OpenProducer.Kind.MESSAGES, handler);
    }

    private synchronized RetryingProducer newProducer(
            ProducerSettings producerSettings, OpenProducer.Kind kind, @Nullable SendFailureHandler handler) {
        requireOpen();
        String group = producerSettings.group();
        RetryingProducer producer = new RetryingProducer(producerSettings, sending, handler, closing -> {
            producers.remove(closing);
            heartbeats.removeProducer(group).join();
        });
        heartbeats.addProducer(group);
        producers.add(producer, new OpenProducer(producerSettings, kind, handler));
        return producer;
    }

    /**
     * Opens a journal for messages that no broker took, and begins to send what is in it. Give it to producers.
     *
     * @throws IOException if the folder cannot be used or read
     * @throws IllegalStateException if the client is closed
     */
    public synchronized StoreAndForward storeAndForward(JournalSettings journalSettings) throws IOException {
        // The client's own thread sends, and must not wait for a place.
        RetryingProducer producer = newProducer(
                journalSettings.producer().toBuilder().whenFull(WhenFull.FAIL).build(),
                OpenProducer.Kind.JOURNAL,
                null);
        try {
            Forwarder forwarder =
                    Forwarder.open(journalSettings, producer, sending.loop(), sending.callbacks(), journals::remove);
            journals.add(forwarder);
            return forwarder;
        } catch (IOException | RuntimeException e) {
            producer.close();
            throw e;
        }
    }

    /**
     * A producer of messages that are delivered if a local transaction commits.
     *
     * @throws IllegalStateException if the client is closed, or has one of the group with another listener
     */
    public synchronized TransactionProducer transactionProducer(
            ProducerSettings producerSettings, TransactionListener listener) {
        requireOpen();
        String group = producerSettings.group();
        TransactingProducer producer = new TransactingProducer(producerSettings, sending, listener, closing -> {
            producers.remove(closing);
            heartbeats.removeProducer(group).join();
        });
        heartbeats.addProducer(group);
        producers.add(producer, new OpenProducer(producerSettings, OpenProducer.Kind.TRANSACTIONS, null));
        return producer;
    }

    /**
     * A consumer that is not yet started.
     *
     * @throws IllegalStateException if the client is closed
     */
    public PushConsumer pushConsumer(PushConsumerSettings consumerSettings, MessageHandler handler) {
        return consumer(consumerSettings, Handler.of(handler));
    }

    /** As {@link #pushConsumer}, with a listener that may finish later. */
    public PushConsumer asyncPushConsumer(PushConsumerSettings consumerSettings, AsyncMessageHandler handler) {
        return consumer(consumerSettings, Handler.of(handler));
    }

    /** As {@link #pushConsumer}, with a listener that takes several messages of a queue at once. */
    public PushConsumer batchPushConsumer(PushConsumerSettings consumerSettings, BatchMessageHandler handler) {
        return consumer(consumerSettings, Handler.of(handler));
    }

    /** As {@link #batchPushConsumer}, with a listener that may finish later. */
    public PushConsumer asyncBatchPushConsumer(
            PushConsumerSettings consumerSettings, AsyncBatchMessageHandler handler) {
        return consumer(consumerSettings, Handler.of(handler));
    }

    private synchronized PushConsumer consumer(PushConsumerSettings consumerSettings, Handler handler) {
        requireOpen();
        Handler intercepted = handler;
        for (ConsumeInterceptor interceptor : interceptors) {
            intercepted = new InterceptedHandler(intercepted, consumerSettings, interceptor);
        }
        GroupConsumer consumer = new GroupConsumer(consumerSettings, intercepted, consuming, consumers::remove);
        consumers.add(consumer);
        return consumer;
    }

    /** A consumer of chosen queues that is asked for messages, see {@link PullConsumer}. */
    public synchronized PullConsumer pullConsumer(PullConsumerSettings consumerSettings) {
        requireOpen();
        QueuePuller consumer = new QueuePuller(consumerSettings, consuming, pullers::remove);
        pullers.add(consumer);
        return consumer;
    }

    /** Asks name servers and brokers about themselves. */
    public ClusterQueries cluster() {
        return cluster;
    }

    /** The producers that are open at the moment, those of journals included. */
    public List<OpenProducer> openProducers() {
        return producers.list();
    }

    /** The push consumers that are open at the moment. */
    public List<OpenConsumer> openConsumers() {
        return List.copyOf(consumers);
    }

    /** Tells when the brokers of the topics in use are others than before, on the thread {@code rmq-client}: return at once. */
    public void onBrokersChange(Runnable listener) {
        AtomicReference<Set<String>> known = new AtomicReference<>(routes.brokerAddresses(true));
        routes.addListener(topic -> {
            Set<String> now = routes.brokerAddresses(true);
            if (!now.equals(known.getAndSet(now))) {
                listener.run();
            }
        });
    }

    /** Puts this around the listeners of push consumers that are made from now on; the one added last is called first. */
    public void intercept(ConsumeInterceptor interceptor) {
        interceptors.add(interceptor);
    }

    /** @param redriving sends dead letters again; to be closed by the caller, as any other producer */
    public DeadLetters deadLetters(Producer redriving) {
        return new DeadLetterTopics(consuming, redriving::send);
    }

    private void requireOpen() {
        if (closed) {
            throw new IllegalStateException("The client is closed; create another");
        }
    }

    /** Closes consumers, then producers, then the connections. Closing twice does nothing. */
    @Override
    public void close() {
        synchronized (this) {
            if (closed) {
                return;
            }
            closed = true;
        }
        // Handlers may send while they end, so consumers go first.
        CloseStack all = new CloseStack();
        all.push(shared);
        // Sends that fail while they end go into the journals, so producers go first.
        journals.forEach(all::push);
        producers.forEach(all::push);
        pullers.forEach(all::push);
        consumers.forEach(all::push);
        try {
            all.close();
        } catch (Exception e) {
            log.warn("The client did not close cleanly", e);
        }
    }
}
