package io.reliablemq.broker.request;

import io.reliablemq.broker.figures.Figure;
import io.reliablemq.broker.figures.Figures;
import io.reliablemq.protocol.command.Body;
import io.reliablemq.protocol.command.Command;
import io.reliablemq.protocol.command.ResponseCode;
import io.reliablemq.protocol.transport.Connection;
import io.reliablemq.protocol.transport.Reply;
import io.reliablemq.protocol.transport.RequestHandler;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;

/**
 * Counts requests by their code and the code of their answer, on their way to the handlers. Codes that no handler knows
 * are counted as one: a peer must not be able to fill the memory with them. Thread-safe.
 */
public final class RequestCounts implements RequestHandler, Figures {

    private final HandlerTable handlers;
    private final Map<Integer, Answers> byCode = new HashMap<>();
    private final Answers unknown = new Answers();

    public RequestCounts(HandlerTable handlers) {
        this.handlers = handlers;
        handlers.codes().forEach(code -> byCode.put(code, new Answers()));
    }

    @Override
    public void handle(Command request, Reply reply) throws Exception {
        Answers answers = byCode.getOrDefault(request.code(), unknown);
        try {
            handlers.handle(request, new CountedReply(reply, answers));
        } catch (Exception e) {
            // The transport turns it into this answer.
            answers.count(ResponseCode.SYSTEM_ERROR);
            throw e;
        }
    }

    @Override
    public List<Figure> read() {
        List<Figure> figures = new ArrayList<>();
        byCode.forEach((code, answers) -> answers.addTo(figures, Integer.toString(code)));
        unknown.addTo(figures, "unknown");
        return figures;
    }

    private static final class Answers {
        private final LongAdder successes = new LongAdder();
        private final Map<Integer, LongAdder> others = new ConcurrentHashMap<>();

        void count(int responseCode) {
            if (responseCode == ResponseCode.SUCCESS) {
                successes.increment();
            } else {
                others.computeIfAbsent(responseCode, code -> new LongAdder()).increment();
            }
        }

        void addTo(List<Figure> figures, String requestCode) {
            add(figures, requestCode, "success", successes.sum());
            others.forEach((code, count) -> add(figures, requestCode, Integer.toString(code), count.sum()));
        }

        private static void add(List<Figure> figures, String requestCode, String outcome, long count) {
            if (count > 0) {
                figures.add(Figure.counter(
                                "reliable.mq.broker.requests",
                                "",
                                "Requests by request code and by response code, both of the protocol",
                                count)
                        .tagged("code", requestCode)
                        .tagged("outcome", outcome));
            }
        }
    }

    /** Counts before it sends: who has the answer finds it counted. */
    private record CountedReply(Reply reply, Answers answers) implements Reply {

        @Override
        public Connection connection() {
            return reply.connection();
        }

        @Override
        public void send(Command response) {
            answers.count(response.code());
            reply.send(response);
        }

        @Override
        public void sendDirectly(Command response) {
            answers.count(response.code());
            reply.sendDirectly(response);
        }

        @Override
        public Body allocate(int size) {
            return reply.allocate(size);
        }
    }
}
