package io.reliablemq.client;

import static org.assertj.core.api.Assertions.assertThat;

import io.reliablemq.client.api.ClientSettings;
import io.reliablemq.client.api.HeaderFormat;
import io.reliablemq.client.api.ProducerSettings;
import io.reliablemq.protocol.message.Message;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class HeaderFormatTest {

    @Test
    void requestsAreWrittenInTheFormOfTheSettings() throws Exception {
        ClientSettings defaults = ClientSettings.of("127.0.0.1:1");
        assertThat(typeOfTheFirstHeader(defaults.headerFormat())).as("binary").isEqualTo(1);
        assertThat(typeOfTheFirstHeader(HeaderFormat.JSON)).isZero();
    }

    private static int typeOfTheFirstHeader(HeaderFormat format) throws Exception {
        try (ServerSocket nameServer = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                MqClient client = MqClient.create(ClientSettings.of("127.0.0.1:" + nameServer.getLocalPort())
                        .withHeaderFormat(format))) {
            client.producer(ProducerSettings.builder("group")
                            .sendTimeout(Duration.ofMillis(500))
                            .build())
                    .sendAsync(Message.of("Topic", new byte[1]));
            try (Socket socket = nameServer.accept()) {
                socket.setSoTimeout(20_000);
                return socket.getInputStream().readNBytes(5)[4];
            }
        }
    }
}
