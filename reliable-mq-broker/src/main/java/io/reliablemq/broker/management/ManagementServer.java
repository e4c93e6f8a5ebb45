package io.reliablemq.broker.management;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.reliablemq.broker.figures.Figures;
import io.reliablemq.broker.figures.Health;
import io.reliablemq.broker.figures.HealthChecks;
import io.reliablemq.protocol.body.JsonBodies;
import io.reliablemq.protocol.runtime.Agent;
import io.reliablemq.protocol.runtime.AgentRunner;
import io.reliablemq.protocol.runtime.ErrorSink;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;

/**
 * Answers {@code GET /health} with JSON, 503 where the broker is down, and {@code GET /metrics} in the text format of
 * Prometheus.
 *
 * <p>One thread, {@code rmq-management}, answers one request after the other. Thread-safe.
 */
public final class ManagementServer implements AutoCloseable {

    private static final int PENDING_CONNECTIONS = 16;
    private static final int OK = 200;
    private static final int NOT_FOUND = 404;
    private static final int METHOD_NOT_ALLOWED = 405;
    private static final int INTERNAL_ERROR = 500;
    private static final int UNAVAILABLE = 503;

    private final Figures figures;
    private final HealthChecks checks;
    private final ErrorSink errors;
    private final HttpServer server;
    private final Exchanges exchanges = new Exchanges();
    private final AgentRunner runner;

    private record Answer(int status, String contentType, byte[] content) {

        static Answer text(int status, String text) {
            return new Answer(status, "text/plain; charset=utf-8", text.getBytes(StandardCharsets.UTF_8));
        }
    }

    private ManagementServer(InetSocketAddress bind, Figures figures, HealthChecks checks, ErrorSink errors)
            throws IOException {
        this.figures = figures;
        this.checks = checks;
        this.errors = errors;
        this.runner = new AgentRunner(exchanges, errors);
        this.server = HttpServer.create(bind, PENDING_CONNECTIONS);
        server.createContext("/", this::handle);
        server.setExecutor(exchange -> {
            exchanges.waiting.add(exchange);
            runner.signal();
        });
    }

    /** On the agent's thread, which is a daemon, since the server's own thread takes after the one that starts it. */
    private ManagementServer started() {
        CompletableFuture<Void> accepting = new CompletableFuture<>();
        exchanges.waiting.add(() -> {
            server.start();
            accepting.complete(null);
        });
        runner.start();
        accepting.join();
        return this;
    }

    /**
     * Listens from now on.
     *
     * @throws IOException if the address cannot be bound
     */
    public static ManagementServer start(InetSocketAddress bind, Figures figures, HealthChecks checks, ErrorSink errors)
            throws IOException {
        return new ManagementServer(bind, figures, checks, errors).started();
    }

    /** Where it listens, with the real port where 0 was asked for. */
    public InetSocketAddress address() {
        return server.getAddress();
    }

    /** Closes all connections, also those that are being answered. */
    @Override
    public void close() {
        server.stop(0);
        runner.close();
    }

    private void handle(HttpExchange exchange) throws IOException {
        try (exchange) {
            Answer answer = checked(exchange);
            boolean head = exchange.getRequestMethod().equals("HEAD");
            exchange.getResponseHeaders().set("Content-Type", answer.contentType());
            exchange.getResponseHeaders().set("Cache-Control", "no-store");
            exchange.sendResponseHeaders(answer.status(), head ? -1 : answer.content().length);
            if (!head) {
                exchange.getResponseBody().write(answer.content());
            }
        }
    }

    /** The server would close the connection without a word. */
    private Answer checked(HttpExchange exchange) {
        try {
            return answer(exchange);
        } catch (RuntimeException e) {
            errors.report("the request " + exchange.getRequestURI() + " to the management endpoint", e);
            return Answer.text(INTERNAL_ERROR, "The broker could not look: " + e + "\n");
        }
    }

    private Answer answer(HttpExchange exchange) {
        String method = exchange.getRequestMethod();
        if (!method.equals("GET") && !method.equals("HEAD")) {
            exchange.getResponseHeaders().set("Allow", "GET, HEAD");
            return Answer.text(METHOD_NOT_ALLOWED, "Only GET and HEAD are answered here\n");
        }
        return switch (String.valueOf(exchange.getRequestURI().getPath())) {
            case "/health" -> health();
            case "/metrics" ->
                new Answer(
                        OK,
                        PrometheusText.CONTENT_TYPE,
                        PrometheusText.of(figures.read()).getBytes(StandardCharsets.UTF_8));
            default -> Answer.text(NOT_FOUND, "There are /health and /metrics\n");
        };
    }

    private Answer health() {
        Health health = Health.of(checks.findings());
        Map<String, Object> content = new LinkedHashMap<>();
        content.put("status", health.status());
        content.put("findings", health.findings());
        int status = health.status() == Health.Status.DOWN ? UNAVAILABLE : OK;
        return new Answer(status, "application/json", JsonBodies.write(content).toByteArray());
    }

    /** Requests that wait for the one thread. */
    private static final class Exchanges implements Agent {

        private final Queue<Runnable> waiting = new ConcurrentLinkedQueue<>();

        @Override
        public String name() {
            return "rmq-management";
        }

        @Override
        public long doWork() {
            for (Runnable next = waiting.poll(); next != null; next = waiting.poll()) {
                next.run();
            }
            return UNTIL_SIGNAL;
        }
    }
}
