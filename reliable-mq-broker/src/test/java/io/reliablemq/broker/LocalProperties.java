package io.reliablemq.broker;

import java.nio.file.Path;

/** The properties of a broker that is its own name server, both on ports that the system chooses. */
final class LocalProperties {

    static BrokerProperties in(Path dataDir) {
        BrokerProperties properties = new BrokerProperties();
        properties.setListenPort(0);
        properties.getNameServer().setPort(0);
        properties.setDataDir(dataDir.toString());
        return properties;
    }

    private LocalProperties() {}
}
