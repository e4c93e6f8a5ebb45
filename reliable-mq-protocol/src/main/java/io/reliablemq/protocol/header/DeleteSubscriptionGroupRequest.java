package io.reliablemq.protocol.header;

import java.util.Map;

/**
 * Header of DELETE_SUBSCRIPTIONGROUP.
 *
 * @param cleanOffset whether the group's offsets are deleted, too; tools call it {@code removeOffset}
 */
public record DeleteSubscriptionGroupRequest(String group, boolean cleanOffset) {

    public static DeleteSubscriptionGroupRequest read(Map<String, String> wire) {
        HeaderFields fields = HeaderFields.of(wire);
        return new DeleteSubscriptionGroupRequest(fields.text("groupName"), fields.flag("cleanOffset", false));
    }

    public Map<String, String> fields() {
        return HeaderFields.writer()
                .put("groupName", group)
                .put("cleanOffset", cleanOffset)
                .build();
    }
}
