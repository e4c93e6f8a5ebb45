package io.reliablemq.spring.config;

import io.reliablemq.spring.listener.MessageListenerContainer;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.springframework.context.SmartLifecycle;

/**
 * Holds the containers of all listeners and runs them with the application.
 *
 * <p>A container serves one group, so stopping or pausing it by the id of one listener does so for all listeners of
 * that group. Thread-safe.
 */
public final class MessageListenerEndpointRegistry implements SmartLifecycle {

    private final MessageListenerContainerFactory factory;

    /** By group. Guarded by this; replaced as a whole so that readers need no lock. */
    private volatile Map<String, MessageListenerContainer> byGroup = Map.of();

    /** By endpoint id. As {@link #byGroup}. */
    private volatile Map<String, MessageListenerContainer> byId = Map.of();

    /** The groups that have listeners which may have their effect twice. As {@link #byGroup}. */
    private volatile Set<String> notIdempotent = Set.of();

    private volatile boolean running;

    public MessageListenerEndpointRegistry(MessageListenerContainerFactory factory) {
        this.factory = factory;
    }

    /**
     * Makes the containers of these listeners; starts them if the registry runs already.
     *
     * @throws ListenerConfigurationException if ids repeat, listeners of a group contradict each other, or a group has
     *     a container already, which cannot be changed while it runs
     */
    public void register(List<MessageListenerEndpoint> endpoints) {
        List<MessageListenerContainer> added = add(endpoints);
        if (running) {
            added.stream().filter(MessageListenerContainer::isAutoStartup).forEach(MessageListenerContainer::start);
        }
    }

    private synchronized List<MessageListenerContainer> add(List<MessageListenerEndpoint> endpoints) {
        requireNewIds(endpoints);
        Map<String, MessageListenerContainer> groups = new LinkedHashMap<>(byGroup);
        Map<String, MessageListenerContainer> ids = new LinkedHashMap<>(byId);
        Set<String> repeating = new HashSet<>(notIdempotent);
        List<MessageListenerContainer> added = new ArrayList<>();
        for (MessageListenerGroup group : MessageListenerGroup.merge(endpoints)) {
            requireNewGroup(group);
            MessageListenerContainer container = create(group);
            groups.put(group.name(), container);
            group.endpoints().forEach(endpoint -> ids.put(endpoint.id(), container));
            added.add(container);
            if (!group.endpoints().stream()
                    .allMatch(endpoint -> endpoint.handler().isIdempotent())) {
                repeating.add(group.name());
            }
        }
        notIdempotent = repeating;
        byGroup = groups;
        byId = ids;
        return added;
    }

    /** The container that serves this listener. @throws IllegalArgumentException if no listener has the id */
    public MessageListenerContainer container(String id) {
        return required(byId, "listener with id", id);
    }

    /** The container of this group. @throws IllegalArgumentException if no listener has the group */
    public MessageListenerContainer containerOfGroup(String group) {
        return required(byGroup, "listener of group", group);
    }

    /** Starts the container that serves this listener. @throws IllegalArgumentException if no listener has the id */
    public void start(String id) {
        container(id).start();
    }

    /**
     * Stops the container that serves this listener and waits until its listeners at work are done.
     *
     * @throws IllegalArgumentException if no listener has the id
     */
    public void stop(String id) {
        container(id).stop();
    }

    /**
     * Lets no more messages be handed out to this listener and the others of its group, which stay members of the group.
     *
     * @throws IllegalArgumentException if no listener has the id
     */
    public void pause(String id) {
        container(id).pause();
    }

    /** Ends a {@link #pause(String)}. @throws IllegalArgumentException if no listener has the id */
    public void resume(String id) {
        container(id).resume();
    }

    /** The containers of all groups, in the order in which their listeners were found. */
    public Collection<MessageListenerContainer> containers() {
        return List.copyOf(byGroup.values());
    }

    /** Whether a message that comes twice has its effect once, also over a crash, with each listener of this group. */
    public boolean isIdempotent(String group) {
        containerOfGroup(group);
        return !notIdempotent.contains(group);
    }

    /** The ids of all listeners. */
    public Set<String> ids() {
        return Set.copyOf(byId.keySet());
    }

    /** Starts the containers that start with the application. */
    @Override
    public void start() {
        running = true;
        containers().stream().filter(MessageListenerContainer::isAutoStartup).forEach(MessageListenerContainer::start);
    }

    @Override
    public void stop() {
        running = false;
        containers().forEach(MessageListenerContainer::stop);
    }

    /** Stops all containers at once; the callback runs when the last has stopped. */
    @Override
    public void stop(Runnable callback) {
        running = false;
        Collection<MessageListenerContainer> all = containers();
        AtomicInteger left = new AtomicInteger(all.size());
        if (all.isEmpty()) {
            callback.run();
            return;
        }
        all.forEach(container -> container.stop(() -> {
            if (left.decrementAndGet() == 0) {
                callback.run();
            }
        }));
    }

    /** Also true while only a container that was started by hand runs. */
    @Override
    public boolean isRunning() {
        return running || containers().stream().anyMatch(MessageListenerContainer::isRunning);
    }

    @Override
    public int getPhase() {
        return MessageListenerContainer.PHASE;
    }

    private MessageListenerContainer create(MessageListenerGroup group) {
        try {
            return factory.createContainer(group);
        } catch (IllegalArgumentException e) {
            throw new ListenerConfigurationException(
                    "Group '" + group.name() + "' with "
                            + MessageListenerGroup.descriptions(group.endpoints())
                            + " cannot be set up: " + e.getMessage() + ".",
                    "Correct the attributes of @MessageListener or the settings reliable-mq.consumer.*.",
                    e);
        }
    }

    private void requireNewIds(List<MessageListenerEndpoint> endpoints) {
        Set<String> seen = new HashSet<>(byId.keySet());
        for (MessageListenerEndpoint endpoint : endpoints) {
            if (!seen.add(endpoint.id())) {
                throw new ListenerConfigurationException(
                        "The listener id '" + endpoint.id() + "' of " + endpoint.description() + " is used twice.",
                        "Give each @MessageListener an id of its own, or none.");
            }
        }
    }

    private void requireNewGroup(MessageListenerGroup group) {
        if (byGroup.containsKey(group.name())) {
            throw new ListenerConfigurationException(
                    "The listeners " + MessageListenerGroup.descriptions(group.endpoints())
                            + " were found after group '" + group.name() + "' had been set up.",
                    "A group's subscription is fixed at start-up: do not declare the bean lazy or as a prototype, or "
                            + "use another group.");
        }
    }

    private static MessageListenerContainer required(
            Map<String, MessageListenerContainer> containers, String what, String key) {
        MessageListenerContainer container = containers.get(key);
        if (container == null) {
            throw new IllegalArgumentException(
                    "There is no " + what + " '" + key + "'; there are " + containers.keySet());
        }
        return container;
    }
}
