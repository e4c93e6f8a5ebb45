package io.reliablemq.protocol.header;

import java.util.Map;

/**
 * Header of every answer to a pull that could be examined (codes 0, 19, 20, 21).
 *
 * @param nextOffset where to go on, not necessarily behind the last message of the answer
 * @param maxOffset the next offset to be written
 */
public record PullMessageResponse(long suggestedBrokerId, long nextOffset, long minOffset, long maxOffset) {

    public static PullMessageResponse read(Map<String, String> wire) {
        HeaderFields fields = HeaderFields.of(wire);
        return new PullMessageResponse(
                fields.longNumber("suggestWhichBrokerId", 0),
                fields.longNumber("nextBeginOffset"),
                fields.longNumber("minOffset"),
                fields.longNumber("maxOffset"));
    }

    public Map<String, String> fields() {
        return writer().build();
    }

    /** The same, for whoever has more to say. */
    public HeaderFields.Writer writer() {
        return HeaderFields.writer()
                .put("suggestWhichBrokerId", suggestedBrokerId)
                .put("nextBeginOffset", nextOffset)
                .put("minOffset", minOffset)
                .put("maxOffset", maxOffset);
    }
}
