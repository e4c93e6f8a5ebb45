package io.reliablemq.broker.nameserver;

import io.reliablemq.protocol.body.BrokerRegistration;
import io.reliablemq.protocol.body.JsonBodies;
import io.reliablemq.protocol.body.MalformedBodyException;
import io.reliablemq.protocol.command.Body;
import io.reliablemq.protocol.header.RegisterBrokerRequest;
import io.reliablemq.protocol.message.MessageLayout;
import io.reliablemq.protocol.route.TopicSettings;
import java.io.ByteArrayInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.zip.InflaterInputStream;

/**
 * Reads the topics out of a registration, in either form.
 *
 * <p>The compressed form is one zlib stream of: length and JSON of the table's version, the number of topics, each with
 * its length and the text {@code name readQueues writeQueues permission filterType attributes}, and more that is of no
 * use here.
 */
final class RegistrationBody {

    /** Inflated bytes that a registration may have: some 500,000 topics, and no room for a decompression bomb. */
    private static final int MAX_INFLATED_BYTES = 64 * 1024 * 1024;

    private static final int FIELDS = 4;

    /** @throws MalformedBodyException if the checksum does not match or the body cannot be read */
    static Collection<TopicSettings> topics(RegisterBrokerRequest request, Body body) {
        checkSum(request, body);
        if (body.size() == 0) {
            return List.of();
        }
        if (!request.compressed()) {
            return JsonBodies.read(body, BrokerRegistration.class)
                    .topicTable()
                    .topics()
                    .values();
        }
        try {
            return inflate(body);
        } catch (IOException | NumberFormatException e) {
            throw new MalformedBodyException("The compressed registration cannot be read: " + e.getMessage(), e);
        }
    }

    private static void checkSum(RegisterBrokerRequest request, Body body) {
        if (request.bodyChecksum() != 0 && request.bodyChecksum() != MessageLayout.bodyChecksum(body.toByteArray())) {
            throw new MalformedBodyException("crc32 not match: the registration was damaged on its way", null);
        }
    }

    private static List<TopicSettings> inflate(Body body) throws IOException {
        byte[] inflated;
        try (InflaterInputStream stream = new InflaterInputStream(new ByteArrayInputStream(body.toByteArray()))) {
            inflated = stream.readNBytes(MAX_INFLATED_BYTES + 1);
        }
        if (inflated.length > MAX_INFLATED_BYTES) {
            throw new IOException("it inflates to more than " + MAX_INFLATED_BYTES + " bytes");
        }
        DataInputStream in = new DataInputStream(new ByteArrayInputStream(inflated));
        text(in);
        int count = in.readInt();
        List<TopicSettings> topics = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            topics.add(topic(text(in)));
        }
        return topics;
    }

    private static TopicSettings topic(String text) throws IOException {
        String[] words = text.split(" ");
        if (words.length < FIELDS) {
            throw new IOException("'" + text + "' is no topic");
        }
        return new TopicSettings(
                words[0],
                Integer.parseInt(words[1]),
                Integer.parseInt(words[2]),
                Integer.parseInt(words[3]),
                "SINGLE_TAG",
                0,
                false,
                Map.of());
    }

    private static String text(DataInputStream in) throws IOException {
        int length = in.readInt();
        if (length < 0 || length > in.available()) {
            throw new IOException("a text of " + length + " bytes where " + in.available() + " are left");
        }
        return new String(in.readNBytes(length), StandardCharsets.UTF_8);
    }

    private RegistrationBody() {}
}
