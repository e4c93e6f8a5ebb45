package io.reliablemq.broker.store;

import io.reliablemq.broker.store.file.StoreFiles;
import io.reliablemq.protocol.runtime.AgentHost;
import io.reliablemq.protocol.runtime.Clock;
import io.reliablemq.protocol.runtime.ErrorSink;
import java.io.IOException;

/** The door through which tests of other packages open a store whose agents they step themselves. */
public final class SteppedStore {

    public static LogMessageStore open(
            StoreSettings settings, StoreFiles files, Clock clock, ErrorSink errors, AgentHost host)
            throws IOException {
        return LogMessageStore.open(settings, files, clock, errors, host);
    }

    private SteppedStore() {}
}
