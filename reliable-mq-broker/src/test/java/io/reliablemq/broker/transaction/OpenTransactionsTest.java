package io.reliablemq.broker.transaction;

import static org.assertj.core.api.Assertions.assertThat;

import io.reliablemq.broker.ManualClock;
import io.reliablemq.broker.MemoryStore;
import io.reliablemq.broker.store.MessageStore;
import io.reliablemq.broker.store.file.AtomicFile;
import io.reliablemq.broker.store.file.SimulatedDisk;
import io.reliablemq.broker.store.index.SegmentContent;
import io.reliablemq.broker.transaction.OpenTransactions.End;
import io.reliablemq.broker.transaction.OpenTransactions.Open;
import io.reliablemq.protocol.message.StoredMessage;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class OpenTransactionsTest {

    private static final InetSocketAddress HOST = new InetSocketAddress("127.0.0.1", 10911);

    private final MemoryStore store = new MemoryStore(new ManualClock());
    private final AtomicFile file = new AtomicFile(new SimulatedDisk(), Path.of("/state/transactions.json"));
    private OpenTransactions transactions;

    @BeforeEach
    void start() throws IOException {
        transactions = load(store);
    }

    private OpenTransactions load(MemoryStore log) throws IOException {
        OpenTransactions loaded = OpenTransactions.load(file, log);
        loaded.findEnds((from, visitor) -> {
            for (int position = (int) from; position < log.origins.size(); position++) {
                visitor.accept(log.origins.get(position));
            }
        });
        return loaded;
    }

    private StoredMessage half(String id) throws IOException {
        StoredMessage message = new StoredMessage(
                "orders", 2, 0, 0, 0, 4, 1, HOST, 0, HOST, 0, 0, Map.of("UNIQ_KEY", id), new byte[] {1});
        long offset = store.maxOffset(OpenTransactions.HALVES);
        store.append(HalfMessage.of(message, "pg"), MessageStore.NO_ORIGIN, result -> {});
        return Objects.requireNonNull(store.readAt(OpenTransactions.HALVES, offset));
    }

    private void commit(StoredMessage half) throws IOException {
        Open claimed = Objects.requireNonNull(transactions.claim(half.queueOffset()));
        store.append(
                HalfMessage.committed(half),
                half.position(),
                result -> transactions.ended(claimed, End.COMMITTED, result.position()));
    }

    @Test
    void whatEndedBehindTheFileIsFoundInTheLog() throws IOException {
        StoredMessage first = half("a");
        half("b");
        transactions.follow();
        transactions.persist();
        // A crash: the file is older than the log.
        commit(first);
        StoredMessage third = half("c");
        commit(third);
        start();

        assertThat(transactions.size()).isEqualTo(1);
        assertThat(transactions.claim(first.queueOffset())).isNull();
        assertThat(transactions.claim(third.queueOffset())).isNull();
        assertThat(transactions.claim(1)).isNotNull();
    }

    @Test
    void anEndThatIsOnItsWayWhenTheFileIsStoredIsFoundAfterACrash() throws IOException {
        StoredMessage first = half("a");
        transactions.follow();
        store.holdsAnswers = true;
        commit(first);
        half("b");
        transactions.follow();
        transactions.persist();
        store.forgetAnswers();
        start();

        assertThat(transactions.claim(first.queueOffset())).isNull();
        assertThat(transactions.size()).isEqualTo(1);
    }

    @Test
    void whatOthersSawFirstIsStillAskedFor() throws IOException {
        half("a");
        half("b");
        // Whoever ends c sees them on the way.
        commit(half("c"));

        assertThat(transactions.follow()).extracting(Open::offset).containsExactly(0L, 1L);
        assertThat(transactions.follow()).isEmpty();
        start();
        assertThat(transactions.follow()).extracting(Open::offset).containsExactly(0L, 1L);
    }

    @Test
    void whatIsNotShownYetIsStillOpen() throws IOException {
        StoredMessage half = half("a");
        transactions.follow();
        transactions.persist();
        // A crash of a master that waits for replicas, and none is there yet.
        store.hiddenFrom = half.position();
        start();
        assertThat(transactions.size()).isEqualTo(1);

        store.hiddenFrom = Long.MAX_VALUE;

        assertThat(transactions.follow()).extracting(Open::offset).containsExactly(0L);
        assertThat(transactions.claim(half.queueOffset())).isNotNull();
    }

    /** How many are open on a slave that has the file, and the log up to here, if that is promoted. */
    private int openAtAPromotedSlave(StoredMessage... log) throws IOException {
        MemoryStore slave = new MemoryStore(new ManualClock());
        for (StoredMessage message : log) {
            slave.append(message, MessageStore.NO_ORIGIN, result -> {});
        }
        return load(slave).size();
    }

    @Test
    void aTransactionStaysListedUntilItsEndIsSafe() throws IOException {
        StoredMessage half = half("a");
        transactions.follow();
        store.hiddenFrom = store.positions().written();
        commit(half);
        transactions.persist();

        assertThat(transactions.size()).isZero();
        assertThat(transactions.waitsIn(new SegmentContent(0, 1, 0, List.of()))).isTrue();
        assertThat(openAtAPromotedSlave(half)).isEqualTo(1);

        store.hiddenFrom = Long.MAX_VALUE;
        transactions.persist();

        assertThat(transactions.waitsIn(new SegmentContent(0, 1, 0, List.of()))).isFalse();
        assertThat(openAtAPromotedSlave(half)).isZero();
    }

    @Test
    void aTransactionStaysListedAfterARestartUntilItsEndIsSafe() throws IOException {
        StoredMessage half = half("a");
        transactions.follow();
        transactions.persist();
        store.hiddenFrom = store.positions().written();
        commit(half);
        start();
        transactions.persist();

        assertThat(transactions.claim(half.queueOffset())).isNull();
        assertThat(openAtAPromotedSlave(half)).isEqualTo(1);

        store.hiddenFrom = Long.MAX_VALUE;
        transactions.persist();

        assertThat(openAtAPromotedSlave(half)).isZero();
    }

    @Test
    void withoutAFileTheLogTells() throws IOException {
        commit(half("a"));
        half("b");
        start();

        assertThat(transactions.size()).isEqualTo(1);
        assertThat(transactions.claim(1)).isNotNull();
    }

    @Test
    void aSlaveKnowsWhatItsMasterHasStored() throws IOException {
        commit(half("a"));
        half("b");
        transactions.follow();
        transactions.persist();
        AtomicFile slaves = new AtomicFile(new SimulatedDisk(), Path.of("/slave/transactions.json"));
        OpenTransactions slave = OpenTransactions.load(slaves, store);

        slave.follow(Objects.requireNonNull(file.read()));

        assertThat(slave.size()).isEqualTo(1);
        assertThat(slaves.read()).isEqualTo(file.read());
    }

    @Test
    void aTransactionIsClaimedOnceAndAgainAfterARefusal() throws IOException {
        half("a");
        Open claimed = Objects.requireNonNull(transactions.claim(0));
        assertThat(transactions.claim(0)).isNull();

        transactions.release(claimed);
        claimed = Objects.requireNonNull(transactions.claim(0));
        transactions.ended(claimed, End.ROLLED_BACK, 0);

        assertThat(transactions.claim(0)).isNull();
        assertThat(transactions.endOf(0)).isEqualTo(End.ROLLED_BACK);
    }

    @Test
    void theFormsOfAMessageKeepWhatItIs() throws IOException {
        StoredMessage half = half("a");
        assertThat(half.systemFlag()).isZero();

        StoredMessage committed = HalfMessage.committed(half);

        assertThat(committed.topic()).isEqualTo("orders");
        assertThat(committed.queueId()).isEqualTo(2);
        assertThat(committed.systemFlag()).isEqualTo(8);
        assertThat(committed.properties())
                .containsEntry("UNIQ_KEY", "a")
                .containsEntry("PGROUP", "pg")
                .doesNotContainKey("REAL_TOPIC");
    }
}
