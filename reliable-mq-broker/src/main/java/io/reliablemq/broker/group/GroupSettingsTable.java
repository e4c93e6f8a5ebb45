package io.reliablemq.broker.group;

import io.reliablemq.broker.store.file.AtomicFile;
import io.reliablemq.protocol.body.ConsumerGroupSettings;
import io.reliablemq.protocol.body.ConsumerGroupTable;
import io.reliablemq.protocol.body.JsonBodies;
import io.reliablemq.protocol.body.TopicTable.DataVersion;
import io.reliablemq.protocol.command.Body;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.function.Consumer;

/**
 * The settings of consumer groups. A group that nobody configured has the defaults, so groups need not be made before
 * they are used.
 *
 * <p>Thread-safe: readers see an immutable table; the owner replaces the file and then the table.
 */
public final class GroupSettingsTable {

    private final AtomicFile file;
    private final Executor owner;
    private volatile ConsumerGroupTable table;

    private GroupSettingsTable(AtomicFile file, Executor owner, ConsumerGroupTable table) {
        this.file = file;
        this.owner = owner;
        this.table = table;
    }

    /**
     * @throws IOException if the file cannot be read
     * @throws io.reliablemq.protocol.body.MalformedBodyException if it is damaged
     */
    public static GroupSettingsTable load(AtomicFile file, Executor owner) throws IOException {
        byte[] stored = file.read();
        ConsumerGroupTable table = stored == null
                ? new ConsumerGroupTable(Map.of(), new DataVersion(0, 0, 0))
                : JsonBodies.read(Body.of(stored), ConsumerGroupTable.class);
        return new GroupSettingsTable(file, owner, table);
    }

    public ConsumerGroupSettings find(String group) {
        ConsumerGroupSettings settings = table.groups().get(group);
        return settings == null ? ConsumerGroupSettings.defaults(group) : settings;
    }

    public ConsumerGroupTable table() {
        return table;
    }

    /** Stores the settings; completes once they are on disk and in force. */
    public CompletableFuture<Void> put(ConsumerGroupSettings settings) {
        return change(groups -> groups.put(settings.group(), settings));
    }

    /** Gives the group the defaults back; completes once that is on disk and in force. */
    public CompletableFuture<Void> remove(String group) {
        return change(groups -> groups.remove(group));
    }

    /**
     * Takes over the content of the master's file. Called by the owner.
     *
     * @throws IOException if it cannot be stored
     * @throws io.reliablemq.protocol.body.MalformedBodyException if it is damaged
     */
    public void follow(byte[] masters) throws IOException {
        ConsumerGroupTable followed = JsonBodies.read(Body.of(masters), ConsumerGroupTable.class);
        file.write(masters);
        table = followed;
    }

    private CompletableFuture<Void> change(Consumer<Map<String, ConsumerGroupSettings>> change) {
        CompletableFuture<Void> done = new CompletableFuture<>();
        owner.execute(() -> {
            try {
                Map<String, ConsumerGroupSettings> groups = new HashMap<>(table.groups());
                change.accept(groups);
                DataVersion before = table.version();
                ConsumerGroupTable changed =
                        new ConsumerGroupTable(groups, new DataVersion(0, before.timestamp(), before.counter() + 1));
                file.write(JsonBodies.write(changed).toByteArray());
                table = changed;
                done.complete(null);
            } catch (IOException | RuntimeException e) {
                done.completeExceptionally(e);
            }
        });
        return done;
    }
}
