package io.reliablemq.spring.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.reliablemq.client.api.SendFailedException;
import io.reliablemq.client.api.SendQueue;
import io.reliablemq.client.api.SendReceipt;
import io.reliablemq.client.api.SendStatus;
import io.reliablemq.protocol.message.Message;
import io.reliablemq.spring.fixture.RecordingProducer;
import io.reliablemq.spring.fixture.Transactions;
import io.reliablemq.spring.support.MessageMapper;
import io.reliablemq.spring.support.PayloadConverter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import org.junit.jupiter.api.Test;
import org.springframework.jdbc.datasource.DataSourceTransactionManager;
import org.springframework.jdbc.datasource.embedded.EmbeddedDatabase;
import org.springframework.jdbc.datasource.embedded.EmbeddedDatabaseBuilder;
import org.springframework.jdbc.datasource.embedded.EmbeddedDatabaseType;
import org.springframework.transaction.TransactionDefinition;
import org.springframework.transaction.TransactionSystemException;
import org.springframework.transaction.support.TransactionSynchronization;
import org.springframework.transaction.support.TransactionSynchronizationManager;
import org.springframework.transaction.support.TransactionTemplate;
import tools.jackson.databind.json.JsonMapper;

class TransactionModeTest {

    private final RecordingProducer producer = new RecordingProducer();
    private final Transactions transactions = new Transactions();
    private final List<Message> inOutbox = new ArrayList<>();
    private final List<Message> lost = new ArrayList<>();

    private ReliableMqTemplate template(TransactionMode mode) {
        return ReliableMqTemplate.builder(producer, new MessageMapper(PayloadConverter.json(JsonMapper.shared())))
                .inTransaction(mode)
                .outbox(inOutbox::add)
                .maxMessageBytes(100)
                .afterCommitFailureHandler((message, failure) -> {
                    assertThat(failure).isInstanceOf(SendFailedException.class);
                    lost.add(message);
                })
                .build();
    }

    @Test
    void everyModeSendsAtOnceOutsideOfATransaction() {
        for (TransactionMode mode : TransactionMode.values()) {
            assertThat(template(mode).send("orders", "x").status()).isEqualTo(SendStatus.SEND_OK);
        }
        assertThat(producer.sent).hasSize(3);
        assertThat(inOutbox).isEmpty();
    }

    @Test
    void sendsAtOnceInsideATransactionUnlessToldOtherwise() {
        ReliableMqTemplate template = template(TransactionMode.IMMEDIATELY);
        transactions.template().executeWithoutResult(status -> {
            template.send("orders", "x");
            assertThat(producer.sent).hasSize(1);
            status.setRollbackOnly();
        });
        assertThat(producer.sent).hasSize(1);
    }

    @Test
    void sendsAfterTheCommit() {
        ReliableMqTemplate template = template(TransactionMode.AFTER_COMMIT);
        SendReceipt receipt = transactions.template().execute(status -> {
            SendReceipt first = template.send("orders", "x");
            template.sendOneWay("orders", "y");
            template.sendBatch("orders", List.of("a", "b"));
            assertThat(producer.sent).isEmpty();
            assertThat(producer.sentAsync).isEmpty();
            assertThat(producer.sentOneWay).isEmpty();
            assertThat(template.afterCommitFigures()).isEqualTo(new AfterCommitFigures(4, 0, 0, 0));
            return first;
        });

        assertThat(receipt.status()).isEqualTo(SendStatus.AFTER_COMMIT);
        assertThat(producer.sentAsync).extracting(Message::uniqueId).contains(receipt.messageId());
        assertThat(producer.sentOneWay).hasSize(1);
        assertThat(producer.sent).hasSize(2);
        assertThat(template.afterCommitFigures()).isEqualTo(new AfterCommitFigures(0, 4, 0, 0));
    }

    @Test
    void sendsNothingAfterARollback() {
        ReliableMqTemplate template = template(TransactionMode.AFTER_COMMIT);
        CompletableFuture<SendReceipt> future = transactions.template().execute(status -> {
            template.send("orders", "x");
            status.setRollbackOnly();
            return template.sendAsync("orders", "y");
        });

        assertThat(producer.sentAsync).isEmpty();
        assertThatExceptionOfType(ExecutionException.class)
                .isThrownBy(future::get)
                .withCauseInstanceOf(TransactionNotCommittedException.class)
                .withMessageContaining("rolled back");
        assertThat(template.afterCommitFigures()).isEqualTo(new AfterCommitFigures(0, 0, 0, 2));
    }

    @Test
    void sendsNothingOfANestedTransactionThatWasRolledBack() {
        EmbeddedDatabase database = new EmbeddedDatabaseBuilder()
                .setType(EmbeddedDatabaseType.H2)
                .generateUniqueName(true)
                .build();
        TransactionTemplate outer = new TransactionTemplate(new DataSourceTransactionManager(database));
        TransactionTemplate nested = new TransactionTemplate(outer.getTransactionManager());
        nested.setPropagationBehavior(TransactionDefinition.PROPAGATION_NESTED);
        ReliableMqTemplate template = template(TransactionMode.AFTER_COMMIT);
        try {
            outer.executeWithoutResult(status -> {
                nested.executeWithoutResult(inner -> {
                    template.send("orders", "nested first");
                    inner.setRollbackOnly();
                });
                template.send("orders", "outer");
                nested.executeWithoutResult(inner -> template.send("orders", "nested kept"));
                nested.executeWithoutResult(inner -> {
                    template.send("orders", "nested undone");
                    inner.setRollbackOnly();
                });
            });
        } finally {
            database.shutdown();
        }

        assertThat(producer.sentAsync)
                .extracting(message -> new String(message.body()))
                .containsExactly("outer", "nested kept");
        assertThat(template.afterCommitFigures()).isEqualTo(new AfterCommitFigures(0, 2, 0, 2));
    }

    @Test
    void sendsNothingAfterACommitThatFailed() {
        ReliableMqTemplate template = template(TransactionMode.AFTER_COMMIT);
        transactions.commitFails = true;
        List<CompletableFuture<SendReceipt>> futures = new ArrayList<>();
        assertThatExceptionOfType(TransactionSystemException.class)
                .isThrownBy(() -> transactions
                        .template()
                        .executeWithoutResult(status -> futures.add(template.sendAsync("orders", "x"))));

        assertThat(producer.sentAsync).isEmpty();
        assertThat(futures.get(0)).isCompletedExceptionally();
    }

    @Test
    void aFailureAfterTheCommitIsHandedOverAndCounted() {
        ReliableMqTemplate template = template(TransactionMode.AFTER_COMMIT);
        producer.failing = true;
        CompletableFuture<SendReceipt> future = transactions.template().execute(status -> {
            template.send("orders", "x");
            template.sendOneWay("orders", "y");
            return template.sendAsync("orders", "z");
        });

        assertThat(lost).extracting(message -> new String(message.body())).containsExactly("x", "y", "z");
        assertThat(lost).allMatch(message -> message.uniqueId() != null);
        assertThatExceptionOfType(ExecutionException.class)
                .isThrownBy(future::get)
                .withCauseInstanceOf(SendFailedException.class);
        assertThat(template.afterCommitFigures()).isEqualTo(new AfterCommitFigures(0, 0, 3, 0));
    }

    @Test
    void aHandlerThatFailsDoesNotKeepTheOthersFromBeingSent() {
        ReliableMqTemplate template = ReliableMqTemplate.builder(
                        producer, new MessageMapper(PayloadConverter.json(JsonMapper.shared())))
                .inTransaction(TransactionMode.AFTER_COMMIT)
                .afterCommitFailureHandler((message, failure) -> {
                    throw new IllegalStateException("handler");
                })
                .build();
        producer.failing = true;
        transactions.template().executeWithoutResult(status -> {
            template.send("orders", "x");
            template.send("orders", "y");
        });

        assertThat(producer.sentAsync).hasSize(2);
        assertThat(template.afterCommitFigures().failed()).isEqualTo(2);
    }

    @Test
    void aSuspendedTransactionKeepsItsOwnMessages() {
        ReliableMqTemplate template = template(TransactionMode.AFTER_COMMIT);
        transactions.template().executeWithoutResult(outer -> {
            template.send("orders", "outer");
            transactions.another().executeWithoutResult(inner -> template.send("orders", "inner"));
            assertThat(producer.sentAsync)
                    .extracting(message -> new String(message.body()))
                    .containsExactly("inner");
            outer.setRollbackOnly();
        });
        assertThat(producer.sentAsync).hasSize(1);
        assertThat(template.afterCommitFigures()).isEqualTo(new AfterCommitFigures(0, 1, 0, 1));
    }

    @Test
    void sendsWhatACallbackSendsAfterTheCommit() {
        ReliableMqTemplate template = template(TransactionMode.AFTER_COMMIT);
        transactions
                .template()
                .executeWithoutResult(status ->
                        TransactionSynchronizationManager.registerSynchronization(new TransactionSynchronization() {
                            @Override
                            public void afterCommit() {
                                template.send("orders", "late");
                            }

                            @Override
                            public void afterCompletion(int outcome) {
                                template.send("orders", "very late");
                            }
                        }));

        assertThat(producer.sentAsync).hasSize(1);
        assertThat(producer.onlySent().body()).asString().isEqualTo("very late");
    }

    @Test
    void handsOverToTheOutbox() throws Exception {
        ReliableMqTemplate template = template(TransactionMode.OUTBOX);
        List<SendReceipt> receipts = new ArrayList<>();
        transactions.template().executeWithoutResult(status -> {
            receipts.add(template.send("orders:paid", "x"));
            receipts.add(template.sendAsync("orders", "y").join());
            template.sendOneWay("orders", "z");
            receipts.addAll(template.sendBatch("orders", List.of("a", "b")));
        });

        assertThat(inOutbox).extracting(message -> new String(message.body())).containsExactly("x", "y", "z", "a", "b");
        assertThat(inOutbox.get(0).tag()).isEqualTo("paid");
        assertThat(receipts).allMatch(receipt -> receipt.status() == SendStatus.IN_OUTBOX);
        assertThat(receipts.get(0).messageId()).isEqualTo(inOutbox.get(0).uniqueId());
        assertThat(producer.sent).isEmpty();
        assertThat(producer.sentAsync).isEmpty();
    }

    @Test
    void theMessageDecidesBeforeTheTemplate() {
        ReliableMqTemplate template = template(TransactionMode.OUTBOX);
        transactions.template().executeWithoutResult(status -> {
            template.newMessage("now")
                    .topic("orders")
                    .inTransaction(TransactionMode.IMMEDIATELY)
                    .send();
            template.inTransaction(TransactionMode.AFTER_COMMIT).send("orders", "later");
            assertThat(producer.onlySent().body()).asString().isEqualTo("now");
            status.setRollbackOnly();
        });
        assertThat(inOutbox).isEmpty();
        assertThat(producer.sentAsync).isEmpty();
    }

    @Test
    void refusesBeforeTheCommitWhatCouldNotBeSentAfterIt() {
        for (TransactionMode mode : List.of(TransactionMode.AFTER_COMMIT, TransactionMode.OUTBOX)) {
            ReliableMqTemplate template = template(mode);
            transactions.template().executeWithoutResult(status -> {
                assertThatIllegalArgumentException()
                        .isThrownBy(() -> template.send("orders", "x".repeat(101)))
                        .withMessageContaining("101 bytes");
                assertThatIllegalArgumentException().isThrownBy(() -> template.send("orders", ""));
                assertThatIllegalArgumentException()
                        .isThrownBy(() -> template.newMessage("x")
                                .topic("orders")
                                .header("long", "y".repeat(40_000))
                                .send())
                        .withMessageContaining("properties");
                assertThatIllegalArgumentException()
                        .isThrownBy(() -> template.newMessage("x")
                                .topic("orders")
                                .timeout(Duration.ofSeconds(1))
                                .send())
                        .withMessageContaining("send-timeout");
            });
        }
        assertThatIllegalArgumentException()
                .isThrownBy(() -> transactions
                        .template()
                        .executeWithoutResult(status -> template(TransactionMode.OUTBOX)
                                .newMessage("x")
                                .topic("orders")
                                .queue(new SendQueue("orders", "broker-a", 0))
                                .send()))
                .withMessageContaining("ordering key");
    }

    @Test
    void refusesBeforeTheCommitWhatCannotGoToTheChosenQueue() {
        OutgoingMessage toQueue = template(TransactionMode.AFTER_COMMIT)
                .newMessage("x")
                .topic("orders")
                .queue(new SendQueue("orders", "broker-a", 0));
        transactions.template().executeWithoutResult(status -> {
            assertThatIllegalArgumentException()
                    .isThrownBy(toQueue.priority(9)::send)
                    .withMessageContaining("priority 9");
            assertThatIllegalArgumentException()
                    .isThrownBy(toQueue.topic("others")::sendAsync)
                    .withMessageContaining("'others'");
            toQueue.priority(9).orderingKey("k").send();
        });

        assertThat(producer.sentAsync).hasSize(1);
    }

    @Test
    void saysWhatToDoWithoutAnOutbox() {
        MessageMapper mapper = new MessageMapper(PayloadConverter.json(JsonMapper.shared()));
        assertThatIllegalStateException()
                .isThrownBy(() -> ReliableMqTemplate.builder(producer, mapper)
                        .inTransaction(TransactionMode.OUTBOX)
                        .build())
                .withMessageContaining("reliable-mq.outbox.enabled");
        ReliableMqTemplate template = new ReliableMqTemplate(producer, mapper);
        assertThatIllegalStateException()
                .isThrownBy(() -> transactions
                        .template()
                        .executeWithoutResult(status ->
                                template.inTransaction(TransactionMode.OUTBOX).send("orders", "x")))
                .withMessageContaining("reliable-mq.outbox.enabled");
    }
}
