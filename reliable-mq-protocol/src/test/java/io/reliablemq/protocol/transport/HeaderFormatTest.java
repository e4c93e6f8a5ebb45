package io.reliablemq.protocol.transport;

import static org.assertj.core.api.Assertions.assertThat;

import io.reliablemq.protocol.command.Body;
import io.reliablemq.protocol.command.Command;
import io.reliablemq.protocol.command.ResponseCode;
import java.io.DataInputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/** Who writes which headers. */
@ExtendWith(LeakWatch.class)
@Timeout(60)
class HeaderFormatTest {

    private static final int JSON = 0;
    private static final int BINARY = 1;

    private static TransportSettings binary() {
        return Endpoints.settings().build().withBinaryHeaders(true);
    }

    /** Reads one frame. @return the type of its header, and the header */
    private static Map.Entry<Integer, byte[]> read(DataInputStream in) throws Exception {
        int length = in.readInt();
        int type = in.readByte();
        int headerLength = in.readUnsignedByte() << 16 | in.readUnsignedShort();
        byte[] header = in.readNBytes(headerLength);
        in.skipNBytes(length - 4 - headerLength);
        return Map.entry(type, header);
    }

    @Test
    void aServerAnswersInTheFormOfTheRequests() throws Exception {
        try (Endpoints ends = new Endpoints(
                        Endpoints.settings().build(),
                        (request, reply) -> reply.send(Command.success(request.fields())));
                Socket socket = ends.rawSocket()) {
            DataInputStream in = new DataInputStream(socket.getInputStream());
            socket.getOutputStream().write(Frames.request(7, 41, new byte[0]));
            assertThat(read(in).getKey()).isEqualTo(JSON);

            socket.getOutputStream().write(binaryRequest());
            Map.Entry<Integer, byte[]> answer = read(in);

            assertThat(answer.getKey()).isEqualTo(BINARY);
            assertThat(HexFormat.of().formatHex(answer.getValue()))
                    .isEqualTo("0000" + "00" + "0201" + "0000002a" + "00000001" + "00000000" + "00000008" + "0001"
                            + "61" + "00000001" + "62");
        }
    }

    /** Code 7, Java, version 513, opaque 42, flag 0, no remark, field a=b. */
    private static byte[] binaryRequest() {
        byte[] header = HexFormat.of()
                .parseHex("0007" + "00" + "0201" + "0000002a" + "00000000" + "00000000" + "00000008" + "0001" + "61"
                        + "00000001" + "62");
        byte[] frame = Frames.frame(new String(header, StandardCharsets.ISO_8859_1), new byte[0]);
        frame[4] = BINARY;
        return frame;
    }

    @Test
    void aClientWritesTheFormOfItsSettings() throws Exception {
        assertThat(firstRequest(Endpoints.settings().build(), "b")).isEqualTo(JSON);
        assertThat(firstRequest(binary(), "b")).isEqualTo(BINARY);
        assertThat(firstRequest(binary(), ""))
                .as("an empty value would be lost")
                .isEqualTo(JSON);
    }

    private static int firstRequest(TransportSettings settings, String value) throws Exception {
        try (ServerSocket peer = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                Endpoints ends = new Endpoints(settings, (request, reply) -> reply.send(Command.success()))) {
            CompletableFuture<Command> answer = ends.client.invoke(
                    "127.0.0.1:" + peer.getLocalPort(), Command.request(7, Map.of("a", value)), Endpoints.TIMEOUT);
            try (Socket socket = peer.accept()) {
                socket.setSoTimeout(20_000);
                int type = read(new DataInputStream(socket.getInputStream())).getKey();
                answer.cancel(true);
                return type;
            }
        }
    }

    @Test
    void aClientKeepsItsFormWhateverComesBack() throws Exception {
        try (ServerSocket peer = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                Endpoints ends = new Endpoints(
                        Endpoints.settings().build(), (request, reply) -> reply.send(Command.success()))) {
            String address = "127.0.0.1:" + peer.getLocalPort();
            CompletableFuture<Command> first =
                    ends.client.invoke(address, Command.request(7, Map.of("a", "b")), Endpoints.TIMEOUT);
            try (Socket socket = peer.accept()) {
                socket.setSoTimeout(20_000);
                DataInputStream in = new DataInputStream(socket.getInputStream());
                assertThat(read(in).getKey()).isEqualTo(JSON);
                socket.getOutputStream().write(binaryRequest());
                assertThat(read(in).getKey())
                        .as("the answer to a binary request")
                        .isEqualTo(JSON);

                CompletableFuture<Command> second =
                        ends.client.invoke(address, Command.request(7, Map.of("a", "b")), Endpoints.TIMEOUT);
                assertThat(read(in).getKey()).isEqualTo(JSON);
                first.cancel(true);
                second.cancel(true);
            }
        }
    }

    @Test
    void bothSidesUnderstandEachOtherInEitherForm() throws Exception {
        RequestHandler echo = (request, reply) -> reply.send(
                Command.response(ResponseCode.SUCCESS, request.remarkText(), request.fields(), request.body()));
        for (TransportSettings settings :
                new TransportSettings[] {Endpoints.settings().build(), binary()}) {
            try (Endpoints ends = new Endpoints(settings, echo)) {
                for (String value : new String[] {"b", "", "\u00e9\u20ac", "x".repeat(20_000)}) {
                    Map<String, String> fields = Map.of("a", value, "topic", "T");
                    Command answer = ends.ask(Command.request(200_050, fields, Body.ofUtf8("body")));
                    assertThat(answer.fields()).isEqualTo(fields);
                    assertThat(answer.body().toByteArray()).asString().isEqualTo("body");
                    assertThat(ends.ask(Command.request(7, fields)).fields()).isEqualTo(fields);
                }
            }
        }
    }
}
