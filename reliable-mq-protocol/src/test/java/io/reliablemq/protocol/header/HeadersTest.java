package io.reliablemq.protocol.header;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

class HeadersTest {

    private static final Map<String, String> SEND = Map.ofEntries(
            Map.entry("a", "PG_A"),
            Map.entry("b", "TopicA"),
            Map.entry("c", "TBW102"),
            Map.entry("d", "4"),
            Map.entry("e", "1"),
            Map.entry("f", "0"),
            Map.entry("g", "1795433700213"),
            Map.entry("h", "7"),
            Map.entry("i", "KEYS\u0001KEY1\u0002"),
            Map.entry("j", "0"),
            Map.entry("k", "false"),
            Map.entry("m", "false"),
            Map.entry("n", "broker-a"));

    @Test
    void sendRequestOfApacheIsReadAndWrittenAlike() {
        SendMessageRequest request = SendMessageRequest.readV2(SEND);
        assertThat(request.producerGroup()).isEqualTo("PG_A");
        assertThat(request.bornTimestamp()).isEqualTo(1795433700213L);
        assertThat(request.maxReconsumeTimes()).isEqualTo(-1);
        assertThat(request.fieldsV2()).containsExactlyInAnyOrderEntriesOf(SEND);
    }

    @Test
    void queryOfApacheIsReadAndWrittenAlike() {
        Map<String, String> wire = Map.of(
                "topic", "TopicA",
                "key", "KEY1",
                "maxNum", "64",
                "beginTimestamp", "0",
                "endTimestamp", "9223372036854775807",
                "indexType", "K",
                "_UNIQUE_KEY_QUERY", "false");
        QueryMessageRequest request = QueryMessageRequest.read(wire);
        assertThat(request.key()).isEqualTo("KEY1");
        assertThat(request.maxMessages()).isEqualTo(64);
        assertThat(request.endTimestamp()).isEqualTo(Long.MAX_VALUE);
        assertThat(request.uniqueKeyQuery()).isFalse();
        assertThat(request.lastKey()).isNull();
        assertThat(request.fields()).containsExactlyInAnyOrderEntriesOf(wire);

        Map<String, String> answer = Map.of("indexLastUpdateTimestamp", "7", "indexLastUpdatePhyoffset", "32");
        assertThat(QueryMessageResponse.read(answer).fields()).containsExactlyInAnyOrderEntriesOf(answer);
    }

    @Test
    void retriesCarryTheirLimit() {
        Map<String, String> wire = new HashMap<>(SEND);
        wire.put("l", "16");
        wire.put("j", "2");
        SendMessageRequest request = SendMessageRequest.readV2(wire);
        assertThat(request.maxReconsumeTimes()).isEqualTo(16);
        assertThat(request.reconsumeTimes()).isEqualTo(2);
        assertThat(request.fieldsV2()).containsEntry("l", "16");
    }

    @Test
    void versionOneSpellsItsNamesOut() {
        SendMessageRequest request = SendMessageRequest.readV1(
                Map.of("producerGroup", "g", "topic", "T", "queueId", "-1", "bornTimestamp", "5", "batch", "true"));
        assertThat(request.queueId()).isEqualTo(-1);
        assertThat(request.batch()).isTrue();
        assertThat(request.defaultTopic()).isEqualTo("TBW102");
    }

    @Test
    void aMissingOrUnreadableFieldIsNamed() {
        Map<String, String> noTopic = new HashMap<>(SEND);
        noTopic.remove("b");
        assertThatThrownBy(() -> SendMessageRequest.readV2(noTopic))
                .isInstanceOf(MalformedHeaderException.class)
                .hasMessage("The header field 'b' is missing");
        Map<String, String> badQueue = new HashMap<>(SEND);
        badQueue.put("e", "x");
        assertThatThrownBy(() -> SendMessageRequest.readV2(badQueue))
                .isInstanceOf(MalformedHeaderException.class)
                .hasMessageContaining("'e'")
                .hasMessageContaining("'x'");
    }

    @Test
    void pullHeadersSurvive() {
        PullMessageRequest request =
                new PullMessageRequest("g", "T", 3, 1L << 40, 32, 6, -1, 15_000, "*", 9, "TAG", 262_144);
        assertThat(PullMessageRequest.read(request.fields())).isEqualTo(request);
        PullMessageRequest sparse = new PullMessageRequest("g", "T", 0, 0, 1, 0, 0, 0, null, 0, null, 1);
        assertThat(sparse.fields()).doesNotContainKeys("subscription", "expressionType");
        assertThat(PullMessageRequest.read(sparse.fields())).isEqualTo(sparse);
        PullMessageResponse response = new PullMessageResponse(0, 5, 0, 5);
        assertThat(PullMessageResponse.read(response.fields())).isEqualTo(response);
    }

    @Test
    void otherHeadersSurvive() {
        SendMessageResponse sent = new SendMessageResponse("id", 1, 2, null, "handle");
        assertThat(SendMessageResponse.read(sent.fields())).isEqualTo(sent);
        SendMessageBackRequest back = new SendMessageBackRequest(3211, "CG_R", 0, "id", "TopicR", 2);
        assertThat(SendMessageBackRequest.read(back.fields())).isEqualTo(back);
        SendMessageBackRequest later =
                new SendMessageBackRequest(3211, "CG_R", 5, "id", "TopicR", 2, Duration.ofMillis(45_001), "x");
        assertThat(SendMessageBackRequest.read(later.fields())).isEqualTo(later);
        UpdateConsumerOffsetRequest update = new UpdateConsumerOffsetRequest("g", "T", 1, 99);
        assertThat(UpdateConsumerOffsetRequest.read(update.fields())).isEqualTo(update);
        RegisterBrokerRequest register =
                new RegisterBrokerRequest("c", "b", 0, "h:1", "h:2", false, 1258085221, 120_000);
        assertThat(RegisterBrokerRequest.read(register.fields())).isEqualTo(register);
        SearchOffsetRequest search = new SearchOffsetRequest("T", 1, 5, "UPPER");
        assertThat(SearchOffsetRequest.read(search.fields())).isEqualTo(search);
        CreateTopicRequest create = new CreateTopicRequest("T", 4, 4, 6);
        assertThat(CreateTopicRequest.read(create.fields())).isEqualTo(create);
        assertThat(QueueRequest.read(new QueueRequest("T", 1).fields())).isEqualTo(new QueueRequest("T", 1));
        assertThat(TopicRequest.read(new TopicRequest("T").fields())).isEqualTo(new TopicRequest("T"));
    }
}
