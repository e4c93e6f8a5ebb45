package io.reliablemq.broker.registration;

import io.reliablemq.protocol.body.BrokerRegistration;
import io.reliablemq.protocol.body.JsonBodies;
import io.reliablemq.protocol.body.TopicTable;
import io.reliablemq.protocol.command.Body;
import io.reliablemq.protocol.command.Command;
import io.reliablemq.protocol.command.RequestCode;
import org.jspecify.annotations.Nullable;

/** What is said to all name servers in one round. Not thread-safe. */
public final class Registration {

    private final RegistrationHeader header;
    private final TopicTable topics;

    /** The same for all who are not in this process; null until one asks for it. */
    private @Nullable Command request;

    Registration(RegistrationHeader header, TopicTable topics) {
        this.header = header;
        this.topics = topics;
    }

    RegistrationHeader header() {
        return header;
    }

    TopicTable topics() {
        return topics;
    }

    /** As it is sent. */
    Command request() {
        Command known = request;
        if (known == null) {
            Body body = JsonBodies.write(new BrokerRegistration(topics));
            known = Command.request(RequestCode.REGISTER_BROKER, header.fields(body), body);
            request = known;
        }
        return known;
    }
}
