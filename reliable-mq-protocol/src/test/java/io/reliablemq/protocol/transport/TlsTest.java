package io.reliablemq.protocol.transport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.reliablemq.protocol.command.Body;
import io.reliablemq.protocol.command.Command;
import io.reliablemq.protocol.tls.ClientTls;
import io.reliablemq.protocol.tls.ServerTls;
import io.reliablemq.protocol.tls.ServerTls.ClientAuth;
import io.reliablemq.protocol.tls.TestCertificate;
import io.reliablemq.protocol.tls.Tls;
import io.reliablemq.protocol.tls.TlsContext;
import io.reliablemq.protocol.tls.TlsMode;
import java.io.InputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** Encrypted connections on the port of the plain ones, and what is said where the two meet. */
@ExtendWith(LeakWatch.class)
@Timeout(60)
class TlsTest {

    private static TestCertificate server;
    private static TestCertificate elsewhere;
    private static TestCertificate client;

    @BeforeAll
    static void makeCertificates(@TempDir Path folder) throws Exception {
        server = TestCertificate.of(folder, "server", "ip:127.0.0.1,dns:localhost");
        elsewhere = TestCertificate.of(folder, "elsewhere", "dns:other.example");
        client = TestCertificate.of(folder, "client", "dns:client.example");
    }

    @Test
    void encryptedAndPlainClientsShareAPort() throws Exception {
        try (Endpoints ends = endpoints(accepting(TlsMode.PERMISSIVE, server), trusting(server, true));
                RemotingClient plain = plainClient(ends)) {
            assertThat(text(ends.ask(echo("over TLS")))).isEqualTo("over TLS");
            assertThat(text(plain.invoke(ends.address, echo("plain"), Endpoints.TIMEOUT)
                            .get(20, TimeUnit.SECONDS)))
                    .isEqualTo("plain");
        }
    }

    @Test
    void bodiesOfAllSizesArriveInBothDirections() throws Exception {
        try (Endpoints ends = endpoints(accepting(TlsMode.ENFORCING, server), trusting(server, true))) {
            List<CompletableFuture<Command>> answers = IntStream.range(0, 100)
                    .mapToObj(i -> ends.client.invoke(
                            ends.address,
                            Command.request(10, Map.of(), Body.of(new byte[i * i * 30])),
                            Endpoints.TIMEOUT))
                    .toList();
            for (int i = 0; i < answers.size(); i++) {
                assertThat(answers.get(i).get(20, TimeUnit.SECONDS).body().size())
                        .isEqualTo(i * i * 30);
            }
        }
    }

    @Test
    void aPlainClientLearnsWhyAServerThatEnforcesTlsHungUp() throws Exception {
        try (Endpoints ends = endpoints(accepting(TlsMode.ENFORCING, server), null)) {
            assertThat(failure(ends))
                    .isInstanceOf(TransportException.class)
                    .hasMessageContaining("if TLS is enforced there");
        }
    }

    @Test
    void aServerWithoutTlsIsNamedAsSuch() throws Exception {
        try (Endpoints ends = endpoints(ServerTls.DISABLED, trusting(server, true))) {
            assertThat(failure(ends))
                    .isInstanceOf(TransportException.class)
                    .hasMessageContaining(ends.address)
                    .hasMessageContaining("TLS handshake failed")
                    .hasMessageContaining("it offers no TLS");
        }
    }

    @Test
    void aCertificateThatNobodyVouchesForIsRefused() throws Exception {
        try (Endpoints ends = endpoints(accepting(TlsMode.PERMISSIVE, server), trusting(client, true))) {
            assertThat(failure(ends)).hasMessageContaining("certificate is not accepted");
        }
    }

    @Test
    void theCertificateMustBeForTheHostUnlessThatIsSwitchedOff() throws Exception {
        try (Endpoints ends = endpoints(accepting(TlsMode.PERMISSIVE, elsewhere), trusting(elsewhere, true))) {
            assertThat(failure(ends))
                    .hasMessageContaining("certificate is not accepted")
                    .hasMessageContaining("127.0.0.1");
        }
        try (Endpoints ends = endpoints(accepting(TlsMode.PERMISSIVE, elsewhere), trusting(elsewhere, false))) {
            assertThat(text(ends.ask(echo("trusted")))).isEqualTo("trusted");
        }
    }

    @Test
    void clientsShowTheirCertificatesWhereTheyMust() throws Exception {
        TlsContext trustingClient = TlsContext.of(TestCertificate.context(server, client));
        ServerTls needs = new ServerTls(TlsMode.ENFORCING, trustingClient, ClientAuth.NEED);
        ClientTls shows = new ClientTls(TlsContext.of(TestCertificate.context(client, server)), true);
        try (Endpoints ends = endpoints(needs, shows)) {
            assertThat(text(ends.ask(echo("known")))).isEqualTo("known");
        }
        try (Endpoints ends = endpoints(needs, trusting(server, true))) {
            assertThat(failure(ends)).hasMessageContaining("certificate");
        }
    }

    @Test
    void aRenewedCertificateCountsFromTheNextConnectionOn() throws Exception {
        AtomicReference<SSLContext> current = new AtomicReference<>(TestCertificate.context(elsewhere, null));
        ServerTls renewing =
                new ServerTls(TlsMode.PERMISSIVE, new TlsContext(current::get, List.of(), List.of()), ClientAuth.NONE);
        try (Endpoints ends = endpoints(renewing, trusting(server, true))) {
            assertThat(failure(ends)).hasMessageContaining("certificate is not accepted");
            current.set(TestCertificate.context(server, null));
            assertThat(text(ends.ask(echo("renewed")))).isEqualTo("renewed");
        }
    }

    @Test
    void versionsAndCipherSuitesCanBeChosen() throws Exception {
        SSLContext keys = TestCertificate.context(server, null);
        ServerTls strict = new ServerTls(
                TlsMode.ENFORCING,
                new TlsContext(() -> keys, List.of("TLSv1.3"), List.of("TLS_AES_256_GCM_SHA384")),
                ClientAuth.NONE);
        SSLContext trust = TestCertificate.context(null, server);
        try (Endpoints ends =
                endpoints(strict, new ClientTls(new TlsContext(() -> trust, List.of("TLSv1.2"), List.of()), true))) {
            assertThat(failure(ends)).hasMessageContaining("TLS handshake failed");
        }
        try (Endpoints ends = endpoints(strict, trusting(server, true))) {
            assertThat(text(ends.ask(echo("agreed")))).isEqualTo("agreed");
        }
    }

    @Test
    void theServerSaysGoodByeOnceEverythingIsAnswered() throws Exception {
        CompletableFuture<Reply> held = new CompletableFuture<>();
        try (Endpoints ends = encryptedWithRepliesTo(held)) {
            CompletableFuture<Command> answer = ends.client.invoke(ends.address, echo(""), Endpoints.TIMEOUT);
            held.get(20, TimeUnit.SECONDS).send(Command.success(Map.of(), Body.ofUtf8("late")));
            ends.server.close();

            assertThat(text(answer.get(20, TimeUnit.SECONDS))).isEqualTo("late");
            assertThat(ends.server.connections()).isEmpty();
        }
    }

    @Test
    void anAnswerGivenDirectlyIsEncryptedToo() throws Exception {
        CompletableFuture<Reply> held = new CompletableFuture<>();
        try (Endpoints ends = encryptedWithRepliesTo(held)) {
            CompletableFuture<Command> answer = ends.client.invoke(ends.address, echo(""), Endpoints.TIMEOUT);

            held.get(20, TimeUnit.SECONDS).sendDirectly(Command.success(Map.of(), Body.ofUtf8("secret")));

            assertThat(text(answer.get(20, TimeUnit.SECONDS))).isEqualTo("secret");
        }
    }

    @Test
    void anAnswerGivenTogetherWithOthersIsEncryptedToo() throws Exception {
        CompletableFuture<Reply> held = new CompletableFuture<>();
        try (Endpoints ends = encryptedWithRepliesTo(held)) {
            CompletableFuture<Command> answer = ends.client.invoke(ends.address, echo(""), Endpoints.TIMEOUT);
            Reply reply = held.get(20, TimeUnit.SECONDS);

            SendsTogether.run(() -> reply.send(Command.success(Map.of(), Body.ofUtf8("secret"))));

            assertThat(text(answer.get(20, TimeUnit.SECONDS))).isEqualTo("secret");
        }
    }

    @Test
    void aPlainSocketThatIsRefusedSeesItsEnd() throws Exception {
        try (Endpoints ends = endpoints(accepting(TlsMode.ENFORCING, server), null);
                Socket raw = ends.rawSocket()) {
            raw.getOutputStream().write(new byte[] {0});
            raw.getOutputStream().flush();
            InputStream in = raw.getInputStream();
            assertThat(in.read()).isEqualTo(-1);
        }
    }

    /** A server that leaves the one answer to the test. */
    private static Endpoints encryptedWithRepliesTo(CompletableFuture<Reply> held) throws Exception {
        TransportSettings settings = Endpoints.settings()
                .tls(new Tls(accepting(TlsMode.ENFORCING, server), trusting(server, true)))
                .build();
        return new Endpoints(settings, (request, reply) -> held.complete(reply));
    }

    private static Endpoints endpoints(ServerTls accepting, @Nullable ClientTls opening) {
        return new Endpoints(
                Endpoints.settings().tls(new Tls(accepting, null)).build(),
                Endpoints.settings().tls(Tls.opening(opening)).build(),
                TlsTest::answer,
                (request, reply) -> {});
    }

    private static RemotingClient plainClient(Endpoints ends) {
        return new RemotingClient(ends.loops, Endpoints.settings().build(), (request, reply) -> {});
    }

    private static ServerTls accepting(TlsMode mode, TestCertificate own) throws Exception {
        return new ServerTls(mode, TlsContext.of(TestCertificate.context(own, null)), ClientAuth.NONE);
    }

    private static ClientTls trusting(TestCertificate trusted, boolean verifyHostName) throws Exception {
        return new ClientTls(TlsContext.of(TestCertificate.context(null, trusted)), verifyHostName);
    }

    private static Command echo(String text) {
        return Command.request(10, Map.of(), Body.ofUtf8(text));
    }

    private static void answer(Command request, Reply reply) {
        Body body = reply.allocate(request.body().size());
        body.buffer().put(request.body().buffer());
        reply.send(Command.success(Map.of(), body));
    }

    private static String text(Command answer) {
        return new String(answer.body().toByteArray(), StandardCharsets.UTF_8);
    }

    private static Throwable failure(Endpoints ends) {
        Throwable thrown = catchThrowable(() -> ends.ask(echo("nobody hears this")));
        return thrown instanceof ExecutionException || thrown instanceof CompletionException
                ? thrown.getCause()
                : thrown;
    }
}
