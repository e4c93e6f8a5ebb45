package io.reliablemq.broker;

import io.reliablemq.broker.management.Operation;
import io.reliablemq.broker.role.ActingRole;
import io.reliablemq.broker.role.RoleChangeException;
import java.util.LinkedHashMap;
import java.util.Map;

/** What operators can do about the role of a broker. */
final class RoleOperations {

    /** A change of the role. */
    @FunctionalInterface
    private interface Change {
        ActingRole make() throws RoleChangeException;
    }

    static Map<String, Operation> of(Broker broker) {
        return Map.of(
                "/switch", parameters -> told(broker::switchOver),
                "/promote", parameters -> told(() -> broker.promote("true".equals(parameters.get("force")))));
    }

    private static Map<String, Object> told(Change change) throws Operation.RefusedException {
        try {
            ActingRole role = change.make();
            Map<String, Object> answer = new LinkedHashMap<>();
            answer.put("role", role.role().name());
            answer.put("brokerId", role.brokerId());
            if (role.masterAddress() != null) {
                answer.put("master", role.masterAddress());
            }
            return answer;
        } catch (RoleChangeException e) {
            throw new Operation.RefusedException(String.valueOf(e.getMessage()), e);
        }
    }

    private RoleOperations() {}
}
