package io.reliablemq.spring.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;

import io.reliablemq.client.api.Compression;
import io.reliablemq.client.api.Producer;
import io.reliablemq.client.api.ProducerSettings;
import io.reliablemq.client.api.ReceivedMessage;
import io.reliablemq.client.api.SendFailureHandler;
import io.reliablemq.client.api.SendReceipt;
import io.reliablemq.client.api.SendStatus;
import io.reliablemq.client.api.StoreAndForward;
import io.reliablemq.client.api.TransactionListener;
import io.reliablemq.client.api.TransactionOutcome;
import io.reliablemq.client.api.TransactionProducer;
import io.reliablemq.client.api.WhenFull;
import io.reliablemq.protocol.message.Message;
import io.reliablemq.spring.core.MessageCustomizer;
import io.reliablemq.spring.core.ProducerSettingsCustomizer;
import io.reliablemq.spring.core.ReliableMqTemplate;
import io.reliablemq.spring.core.ReliableMqTemplateCustomizer;
import io.reliablemq.spring.core.TransactionMode;
import io.reliablemq.spring.fixture.Failures;
import io.reliablemq.spring.fixture.RecordingProducer;
import io.reliablemq.spring.support.ReliableMqConverter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.messaging.converter.MessageConverter;
import org.springframework.messaging.converter.StringMessageConverter;

class SendingConfigurationTests {

    @TempDir
    Path folder;

    private final ApplicationContextRunner context = new ApplicationContextRunner()
            .withConfiguration(AutoConfigurations.of(ReliableMqAutoConfiguration.class))
            .withPropertyValues("reliable-mq.name-server=127.0.0.1:1", "reliable-mq.producer.send-timeout=50ms");

    @Test
    void bindsTheOtherProducerSettings() {
        context.withPropertyValues(
                        "reliable-mq.producer.when-full=fail",
                        "reliable-mq.producer.compression.format=zlib",
                        "reliable-mq.producer.compression.above=1KB")
                .run(started -> {
                    ProducerSettings settings = new SettingsFromProperties(started.getBean(ReliableMqProperties.class))
                            .producer("application");
                    assertThat(settings.whenFull()).isEqualTo(WhenFull.FAIL);
                    assertThat(settings.compression()).isEqualTo(new Compression(Compression.Format.ZLIB, 1024));
                });
        context.withPropertyValues("reliable-mq.producer.compression.enabled=false")
                .run(started -> assertThat(new SettingsFromProperties(started.getBean(ReliableMqProperties.class))
                                .producer("application")
                                .compression())
                        .isEqualTo(Compression.NONE));
    }

    @Test
    void namesTheLibraryThatTheCompressionNeeds() {
        context.withPropertyValues("reliable-mq.producer.compression.format=zstd")
                .run(started -> assertThat(started).getFailure().hasStackTraceContaining("com.github.luben:zstd-jni"));
    }

    @Test
    void opensAJournalThatKeepsWhatNoBrokerTook() {
        Path journal = folder.resolve("journal");
        context.withPropertyValues(
                        "reliable-mq.producer.journal.enabled=true",
                        "reliable-mq.producer.journal.folder=" + journal,
                        "reliable-mq.producer.retry-times-when-send-failed=0")
                .run(started -> {
                    SendReceipt receipt =
                            started.getBean(ReliableMqTemplate.class).send("orders", "x");

                    assertThat(receipt.status()).isEqualTo(SendStatus.ACCEPTED_LOCALLY);
                    assertThat(started.getBean(StoreAndForward.class).waiting()).isOne();
                });
        assertThat(journal).isDirectoryContaining(file -> file.toFile().length() > 0);
    }

    @Test
    void asksTheApplicationsHandlersBeforeTheJournal() {
        List<Message> handled = new CopyOnWriteArrayList<>();
        context.withPropertyValues(
                        "reliable-mq.producer.journal.enabled=true",
                        "reliable-mq.producer.journal.folder=" + folder.resolve("journal"))
                .withBean(SendFailureHandler.class, () -> failure -> {
                    handled.add(failure.sentMessage());
                    return SendFailureHandler.Compensation.ACCEPTED_LOCALLY;
                })
                .run(started -> {
                    assertThat(started.getBean(ReliableMqTemplate.class)
                                    .send("orders", "x")
                                    .status())
                            .isEqualTo(SendStatus.ACCEPTED_LOCALLY);
                    assertThat(handled).hasSize(1);
                    assertThat(started.getBean(StoreAndForward.class).waiting()).isZero();
                });
    }

    @Test
    void saysWhichFolderOfAJournalCannotBeUsed() throws Exception {
        Path file = Files.createFile(folder.resolve("file"));
        context.withPropertyValues(
                        "reliable-mq.producer.journal.enabled=true", "reliable-mq.producer.journal.folder=" + file)
                .run(started -> {
                    var failure = Failures.find(started.getStartupFailure(), JournalStartException.class);
                    var analysis = new JournalStartFailureAnalyzer().analyze(failure);
                    assertThat(analysis.getDescription()).contains(file.toString());
                    assertThat(analysis.getAction()).contains("reliable-mq.producer.journal.folder");
                });
    }

    @ParameterizedTest
    @CsvSource({
        "reliable-mq.producer.compression.above,3GB",
        "reliable-mq.producer.journal.max-size,0B",
        "reliable-mq.producer.journal.first-pause,0s",
        "reliable-mq.producer.journal.longest-pause,1ms",
        "reliable-mq.producer.transaction-group,or ders"
    })
    void refusesNonsensicalValueByItsName(String name, String value) {
        context.withPropertyValues(
                        "reliable-mq.producer.journal.enabled=true",
                        "reliable-mq.producer.journal.folder=" + folder.resolve("journal"),
                        name + "=" + value)
                .withBean(TransactionListener.class, NoTransactions::new)
                .run(started -> {
                    assertThat(started).hasFailed();
                    var failure = Failures.find(
                            started.getStartupFailure(), InvalidConfigurationPropertyValueException.class);
                    assertThat(failure.getName()).isEqualTo(name);
                });
    }

    @Test
    void makesAProducerForTransactionsOfTheBrokerWhereThereIsAListener() {
        context.run(started -> assertThat(started).doesNotHaveBean(TransactionProducer.class));
        context.withBean(TransactionListener.class, NoTransactions::new)
                .run(started -> assertThat(started).hasSingleBean(TransactionProducer.class));
    }

    @Test
    void namesTheGroupsBesideTheProducersGroup() {
        context.run(started -> {
            SettingsFromProperties settings = new SettingsFromProperties(started.getBean(ReliableMqProperties.class));
            ProducerSettings like =
                    settings.producer("shop").toBuilder().maxInFlight(3).build();
            assertThat(settings.transactionProducer(like).group()).isEqualTo("shop-transactions");
            assertThat(settings.transactionProducer(like).maxInFlight()).isEqualTo(3);
            assertThat(settings.journal(like).producer().group()).isEqualTo("shop-journal");
        });
    }

    @Test
    void letsTheApplicationCustomizeProducerTemplateAndMessages() {
        RecordingProducer producer = new RecordingProducer();
        context.withBean(Producer.class, () -> producer)
                .withBean(MessageCustomizer.class, () -> message -> message.withProperty("tenant", "t"))
                .withBean(
                        ReliableMqTemplateCustomizer.class,
                        () -> builder -> builder.messageCustomizer(message -> message.withProperty("last", "yes")))
                .withPropertyValues("reliable-mq.template.in-transaction=after-commit")
                .run(started -> {
                    ReliableMqTemplate template = started.getBean(ReliableMqTemplate.class);
                    template.send("orders", "x");
                    assertThat(producer.onlySent().properties())
                            .containsEntry("tenant", "t")
                            .containsEntry("last", "yes");
                    assertThat(template.transactionMode()).isEqualTo(TransactionMode.AFTER_COMMIT);
                });
        context.withBean(ProducerSettingsCustomizer.class, () -> settings -> settings.maxMessageBytes(1))
                .run(started -> assertThat(org.assertj.core.api.Assertions.catchThrowable(
                                () -> started.getBean(ReliableMqTemplate.class).send("orders", "xx")))
                        .isInstanceOf(IllegalArgumentException.class)
                        .hasMessageContaining("2 bytes"));
    }

    @Test
    void asksMarkedConvertersBeforeItsOwnAndLeavesOthersAlone() {
        RecordingProducer producer = new RecordingProducer();
        context.withBean(Producer.class, () -> producer)
                .withUserConfiguration(Converters.class)
                .run(started -> {
                    started.getBean(ReliableMqTemplate.class).send("orders", "x");
                    assertThat(producer.onlySent().body()).isEqualTo(new byte[] {0, 'x'});
                });
    }

    @Test
    void sendsWithoutSpringsTransactions() {
        RecordingProducer producer = new RecordingProducer();
        context.withClassLoader(new FilteredClassLoader("org.springframework.transaction", "org.springframework.jdbc"))
                .withBean(Producer.class, () -> producer)
                .run(started -> {
                    started.getBean(ReliableMqTemplate.class).send("orders", "x");
                    assertThat(producer.sent).hasSize(1);
                });
    }

    @Test
    void saysWhatToDoWhereAllGoesThroughAnOutboxThatIsNotThere() {
        context.withPropertyValues("reliable-mq.template.in-transaction=outbox")
                .run(started -> assertThat(started.getStartupFailure())
                        .rootCause()
                        .hasMessageContaining("reliable-mq.outbox.enabled"));
    }

    @Configuration(proxyBeanMethods = false)
    static class Converters {

        @Bean
        @ReliableMqConverter
        MessageConverter marked() {
            return new StringMessageConverter(StandardCharsets.UTF_16BE);
        }

        @Bean
        MessageConverter ofSomethingElse() {
            return new StringMessageConverter(StandardCharsets.UTF_16LE);
        }
    }

    static class NoTransactions implements TransactionListener {

        @Override
        public TransactionOutcome execute(Message message, @Nullable Object argument) {
            return TransactionOutcome.ROLLBACK;
        }

        @Override
        public TransactionOutcome check(ReceivedMessage half) {
            return TransactionOutcome.ROLLBACK;
        }
    }
}
