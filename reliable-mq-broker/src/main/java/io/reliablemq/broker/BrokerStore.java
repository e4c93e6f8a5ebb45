package io.reliablemq.broker;

import io.reliablemq.broker.role.BrokerRole;
import io.reliablemq.broker.store.LogMessageStore;
import io.reliablemq.broker.store.RecoveryReport;
import io.reliablemq.broker.store.StoreSettings;
import io.reliablemq.broker.store.file.DiskFiles;
import io.reliablemq.protocol.runtime.Clock;
import io.reliablemq.protocol.runtime.ErrorSink;
import java.io.IOException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Opens the store in a broker's data folder. */
final class BrokerStore {

    private static final Logger LOG = LoggerFactory.getLogger(Broker.class);

    static OpenedStore open(BrokerSettings settings, BrokerRole role, Clock clock, ErrorSink errors)
            throws IOException {
        StoreSettings storeSettings = StoreSettings.in(settings.dataDir())
                .withFlushDiskType(settings.flushDiskType())
                .withFlushInterval(settings.flushInterval())
                .withFlushBytes(settings.flushBytes())
                .withSyncFlushTimeout(settings.syncFlushTimeout())
                .withSegmentBytes(settings.segmentBytes())
                .withRecovery(settings.recovery())
                .withRetention(settings.retention())
                .withReplication(replication(settings.replication(), role));
        LogMessageStore store = LogMessageStore.open(storeSettings, new DiskFiles(), clock, errors);
        report(settings, store.recovery());
        return OpenedStore.of(store);
    }

    private static StoreSettings.Replication replication(BrokerSettings.Replication settings, BrokerRole role) {
        return switch (role) {
            case SLAVE -> StoreSettings.Replication.COPY;
            case ASYNC_MASTER -> StoreSettings.Replication.LOCAL;
            case SYNC_MASTER ->
                StoreSettings.Replication.inSync(
                        settings.inSyncReplicas(), settings.syncSlaveTimeout(), settings.allowUnreplicatedReads());
        };
    }

    private static void report(BrokerSettings settings, RecoveryReport report) {
        LOG.info("The log in {} was opened {}", settings.dataDir(), report.summary());
        if (report.hasDamage()) {
            reportDamage(settings, report);
        }
        if (report.hasCutTail()) {
            LOG.warn(
                    "The log in {} was cut at position {}: {} bytes behind it, {} records or parts of such, were not whole"
                            + " and nothing says that they were ever flushed. {}",
                    settings.dataDir(),
                    report.cutPosition(),
                    report.cutBytes(),
                    report.cutRecords(),
                    kept(report));
        }
    }

    private static String kept(RecoveryReport report) {
        if (report.cutAside() != null) {
            return "A copy of them is in " + report.cutAside();
        }
        // The first one is the one that is not whole.
        return report.cutRecords() > 1 ? "There was no room for a copy of them" : "No whole record is among them";
    }

    private static void reportDamage(BrokerSettings settings, RecoveryReport report) {
        LOG.error(
                "The log in {} is damaged in {} ranges, which are set aside in the folder damaged; {} messages were found"
                        + " missing now. Consumers pass over them",
                settings.dataDir(),
                report.damagedRanges(),
                report.lostMessages());
    }

    private BrokerStore() {}
}
