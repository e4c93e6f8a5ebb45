package io.reliablemq.broker.app;

import io.reliablemq.protocol.body.BrokerRegistration;
import io.reliablemq.protocol.body.JsonBodies;
import io.reliablemq.protocol.body.TopicTable;
import io.reliablemq.protocol.route.TopicSettings;
import java.util.Map;

/**
 * Loads the classes that read and write JSON while the main thread is busy with settings and logging: they are a fifth
 * of all classes, and the first registration would wait for them. Runs on {@code rmq-warm-up} and then ends.
 */
final class WarmUp extends Thread {

    WarmUp() {
        super("rmq-warm-up");
        setDaemon(true);
    }

    @Override
    public void run() {
        TopicTable table =
                new TopicTable(Map.of("t", new TopicSettings("t", 1, 6)), new TopicTable.DataVersion(0, 0, 0));
        // Whatever is wrong here shows, with its cause, where the broker needs it.
        JsonBodies.read(JsonBodies.write(new BrokerRegistration(table)), BrokerRegistration.class);
    }
}
