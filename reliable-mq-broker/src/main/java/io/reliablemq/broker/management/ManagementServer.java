package io.reliablemq.broker.management;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.reliablemq.broker.figures.Figures;
import io.reliablemq.broker.figures.Health;
import io.reliablemq.protocol.body.JsonBodies;
import io.reliablemq.protocol.runtime.ErrorSink;
import io.reliablemq.protocol.runtime.NamedThreads;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Answers {@code GET /health} with JSON, 503 where the broker is down, and {@code GET /metrics} in the text format of
 * Prometheus, and runs operations by {@code POST}, for those who are logged in on the machine.
 *
 * <p>Requests are answered by {@code rmq-management-n}: a few threads, so that a client which sends half a request does
 * not keep a probe waiting, and none while nobody asks. Thread-safe.
 */
public final class ManagementServer implements AutoCloseable {

    private static final int PENDING_CONNECTIONS = 16;
    private static final int THREADS = 4;
    private static final int KEEP_ALIVE_SECONDS = 5;
    private static final int OK = 200;
    private static final int FORBIDDEN = 403;
    private static final int NOT_FOUND = 404;
    private static final int METHOD_NOT_ALLOWED = 405;
    private static final int CONFLICT = 409;
    private static final int INTERNAL_ERROR = 500;
    private static final int UNAVAILABLE = 503;

    private final Figures figures;
    private final Supplier<Health> health;
    private final Map<String, Operation> operations;
    private final ErrorSink errors;
    private final HttpServer server;
    private final ThreadPoolExecutor threads = new ThreadPoolExecutor(
            THREADS,
            THREADS,
            KEEP_ALIVE_SECONDS,
            TimeUnit.SECONDS,
            new LinkedBlockingQueue<>(),
            new NamedThreads("rmq-management"));

    private record Answer(int status, String contentType, byte[] content) {

        static Answer text(int status, String text) {
            return new Answer(status, "text/plain; charset=utf-8", text.getBytes(StandardCharsets.UTF_8));
        }
    }

    private ManagementServer(
            InetSocketAddress bind,
            Figures figures,
            Supplier<Health> health,
            Map<String, Operation> operations,
            ErrorSink errors)
            throws IOException {
        this.figures = figures;
        this.health = health;
        this.operations = Map.copyOf(operations);
        this.errors = errors;
        this.server = HttpServer.create(bind, PENDING_CONNECTIONS);
        server.createContext("/", this::handle);
        threads.allowCoreThreadTimeOut(true);
        server.setExecutor(threads);
    }

    /** On a daemon thread, since the server's own thread takes after the one that starts it. */
    private ManagementServer started() {
        CompletableFuture.runAsync(server::start, threads).join();
        return this;
    }

    /**
     * Listens from now on.
     *
     * @throws IOException if the address cannot be bound
     */
    public static ManagementServer start(
            InetSocketAddress bind, Figures figures, Supplier<Health> health, ErrorSink errors) throws IOException {
        return start(bind, figures, health, Map.of(), errors);
    }

    /**
     * Listens from now on.
     *
     * @param operations by path, for instance {@code /switch}
     * @throws IOException if the address cannot be bound
     */
    public static ManagementServer start(
            InetSocketAddress bind,
            Figures figures,
            Supplier<Health> health,
            Map<String, Operation> operations,
            ErrorSink errors)
            throws IOException {
        return new ManagementServer(bind, figures, health, operations, errors).started();
    }

    /** Where it listens, with the real port where 0 was asked for. */
    public InetSocketAddress address() {
        return server.getAddress();
    }

    /** Closes all connections, also those that are being answered. */
    @Override
    public void close() {
        server.stop(0);
        threads.shutdown();
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
        String path = String.valueOf(exchange.getRequestURI().getPath());
        Operation operation = operations.get(path);
        if (operation != null) {
            return operate(operation, exchange);
        }
        if (!method.equals("GET") && !method.equals("HEAD")) {
            exchange.getResponseHeaders().set("Allow", "GET, HEAD");
            return Answer.text(METHOD_NOT_ALLOWED, "Only GET and HEAD are answered here\n");
        }
        return switch (path) {
            case "/health" -> health();
            case "/metrics" ->
                new Answer(
                        OK,
                        PrometheusText.CONTENT_TYPE,
                        PrometheusText.of(figures.read()).getBytes(StandardCharsets.UTF_8));
            default -> Answer.text(NOT_FOUND, "There are /health and /metrics" + others() + "\n");
        };
    }

    private String others() {
        return operations.isEmpty() ? "" : ", and for POST " + String.join(" and ", new TreeSet<>(operations.keySet()));
    }

    private Answer operate(Operation operation, HttpExchange exchange) {
        if (!exchange.getRequestMethod().equals("POST")) {
            exchange.getResponseHeaders().set("Allow", "POST");
            return Answer.text(METHOD_NOT_ALLOWED, "This changes the broker, so it takes a POST\n");
        }
        // Figures may be open to the network. Who changes a broker is logged in on its machine, and is no web page that
        // a
        // browser there has open.
        if (!exchange.getRemoteAddress().getAddress().isLoopbackAddress()
                || exchange.getRequestHeaders().containsKey("Origin")) {
            return Answer.text(FORBIDDEN, "This can be done on the broker's own machine only\n");
        }
        try {
            return json(OK, operation.run(parameters(exchange.getRequestURI().getRawQuery())));
        } catch (Operation.RefusedException e) {
            return json(CONFLICT, Map.of("refused", String.valueOf(e.getMessage())));
        }
    }

    private static Map<String, String> parameters(@Nullable String query) {
        Map<String, String> parameters = new HashMap<>();
        for (String pair : query == null ? new String[0] : query.split("&")) {
            String[] parts = pair.split("=", 2);
            parameters.put(
                    URLDecoder.decode(parts[0], StandardCharsets.UTF_8),
                    parts.length < 2 ? "" : URLDecoder.decode(parts[1], StandardCharsets.UTF_8));
        }
        return parameters;
    }

    private static Answer json(int status, Map<String, Object> content) {
        return new Answer(status, "application/json", JsonBodies.write(content).toByteArray());
    }

    private Answer health() {
        Health now = health.get();
        Map<String, Object> content = new LinkedHashMap<>();
        content.put("status", now.status());
        content.put("findings", now.findings());
        content.putAll(now.details());
        int status = now.status() == Health.Status.DOWN ? UNAVAILABLE : OK;
        return json(status, content);
    }
}
