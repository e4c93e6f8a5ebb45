package io.reliablemq.protocol.transport;

import static org.assertj.core.api.Assertions.assertThat;

import io.reliablemq.protocol.command.Command;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

@ExtendWith(LeakWatch.class)
@Timeout(60)
class MalformedFramesTest {

    static Stream<Arguments> malformed() {
        return Stream.of(
                Arguments.of("a length above the limit", ints(16 * 1024 * 1024, 10), "16777216"),
                Arguments.of("a negative length", ints(-1, 0), "-1"),
                Arguments.of("a length too small for the header's", ints(3, 0), "3 bytes"),
                Arguments.of("a header longer than its frame", ints(20, 100), "header of 100 bytes"),
                Arguments.of("a header above the limit", ints(1_000_000, 300_000), "header of 300000 bytes"),
                Arguments.of("an unknown header type", ints(20, 0x05000004), "unknown type 5"),
                Arguments.of("a header that is no JSON", Frames.frame("hello", new byte[0]), "no JSON"),
                Arguments.of("an empty header", Frames.frame("", new byte[0]), "no object"),
                Arguments.of("a header cut short", Frames.frame("{\"code\":1", new byte[0]), "no JSON"),
                Arguments.of("a deep header", Frames.frame("{\"x\":" + "[".repeat(50_000), new byte[0]), "depth"),
                Arguments.of(
                        "a text where a number belongs", Frames.frame("{\"code\":\"a\\nb\"}", new byte[0]), "'a?b'"),
                Arguments.of("a number too large", Frames.frame("{\"opaque\":99999999999}", new byte[0]), "no JSON"),
                Arguments.of("HTTP", "GET / HTTP/1.1\r\n\r\n".getBytes(StandardCharsets.US_ASCII), "announces"));
    }

    private static byte[] ints(int first, int second) {
        return ByteBuffer.allocate(8).putInt(first).putInt(second).array();
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("malformed")
    void malformedFrameClosesItsConnectionWithOneLineAndHarmsNoOther(String what, byte[] bytes, String reason)
            throws Exception {
        try (LogCapture log = new LogCapture(ConnectionHandler.class);
                Endpoints ends = Endpoints.with((request, reply) -> reply.send(Command.success()));
                Socket socket = ends.rawSocket()) {
            assertThat(ends.ask(Command.request(1, Map.of())).isSuccess()).isTrue();

            // A good frame before it is still answered, whatever comes behind is not looked at.
            ByteArrayOutputStream all = new ByteArrayOutputStream();
            all.write(Frames.request(1, 77, new byte[0]));
            all.write(bytes);
            all.write(new byte[100]);
            socket.getOutputStream().write(all.toByteArray());
            DataInputStream in = new DataInputStream(socket.getInputStream());
            assertThat(Frames.readHeader(in)).contains("\"opaque\":77,");
            assertThat(readsEnd(in)).isTrue();

            assertThat(ends.ask(Command.request(1, Map.of())).isSuccess()).isTrue();
            assertThat(log.warnings())
                    .singleElement()
                    .asString()
                    .contains(reason)
                    .contains("127.0.0.1:" + socket.getLocalPort());
        }
    }

    private static boolean readsEnd(DataInputStream in) {
        try {
            return in.read() < 0;
        } catch (java.net.SocketException e) {
            // Reset, because bytes were left unread on the other side.
            return true;
        } catch (java.io.IOException e) {
            return false;
        }
    }

    @Test
    void announcedLengthAloneTakesNoMemory() throws Exception {
        try (Endpoints ends = Endpoints.with((request, reply) -> reply.send(Command.success()))) {
            long before = DirectMemory.used();
            Socket[] sockets = new Socket[50];
            for (int i = 0; i < sockets.length; i++) {
                sockets[i] = ends.rawSocket();
                sockets[i].getOutputStream().write(ints(16 * 1024 * 1024 - 4, 200_000));
            }
            assertThat(ends.ask(Command.request(1, Map.of())).isSuccess()).isTrue();
            // 50 frames of 16 MiB are 800 MiB.
            assertThat(DirectMemory.used() - before).isLessThan(64 * 1024 * 1024);
            for (Socket socket : sockets) {
                socket.close();
            }
        }
    }
}
