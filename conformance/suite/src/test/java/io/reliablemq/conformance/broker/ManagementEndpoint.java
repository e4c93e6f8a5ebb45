package io.reliablemq.conformance.broker;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What a broker process says about itself over HTTP. Thread-safe. */
public final class ManagementEndpoint {

    private static final Duration BOUND = Duration.ofSeconds(10);
    private static final Duration POST_BOUND = Duration.ofSeconds(30);
    private static final String PREFIX = "reliable_mq_broker_";
    private static final Pattern GROUP_FIGURE =
            Pattern.compile(PREFIX + "group_([a-z_]+)_messages\\{group=\"([^\"]+)\"} (-?[0-9.eE+]+)");

    private final int port;
    private final HttpClient http =
            HttpClient.newBuilder().connectTimeout(BOUND).build();

    public ManagementEndpoint(int port) {
        this.port = port;
    }

    public int port() {
        return port;
    }

    /** The answer to {@code GET /metrics}, as it is. @throws IOException if nobody answers */
    public String metrics() throws IOException {
        return get("/metrics");
    }

    /** The answer to {@code GET /health}, as it is. @throws IOException if nobody answers */
    public String health() throws IOException {
        return get("/health");
    }

    /**
     * The accounts of the groups.
     *
     * @return by group: messages by figure, for instance {@code acknowledged}
     * @throws IOException if nobody answers
     */
    public Map<String, Map<String, Long>> accounts() throws IOException {
        Map<String, Map<String, Long>> accounts = new TreeMap<>();
        Matcher line = GROUP_FIGURE.matcher(get("/metrics"));
        while (line.find()) {
            accounts.computeIfAbsent(line.group(2), group -> new TreeMap<>())
                    .put(line.group(1), (long) Double.parseDouble(line.group(3)));
        }
        return accounts;
    }

    /**
     * One figure.
     *
     * @param name as in the guide, with the unit and its tags if it has any, for instance {@code log_segments}
     */
    public double figure(String name) throws IOException {
        Matcher line = Pattern.compile("(?m)^" + Pattern.quote(PREFIX + name) + " (\\S+)$")
                .matcher(get("/metrics"));
        if (!line.find()) {
            throw new IOException("The broker has no figure " + name);
        }
        return Double.parseDouble(line.group(1));
    }

    /**
     * Tells the broker to do something, and waits until it is done.
     *
     * @return status and answer, for instance {@code 200 {"role":"SLAVE"}}
     * @throws IOException if nobody answers
     */
    public String post(String path) throws IOException {
        HttpResponse<String> answer = send(
                HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
                        .POST(HttpRequest.BodyPublishers.noBody())
                        .timeout(POST_BOUND)
                        .build(),
                path);
        return answer.statusCode() + " " + answer.body();
    }

    private String get(String path) throws IOException {
        HttpRequest request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
                .timeout(BOUND)
                .build();
        return send(request, path).body();
    }

    private HttpResponse<String> send(HttpRequest request, String path) throws IOException {
        try {
            return http.send(request, HttpResponse.BodyHandlers.ofString());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("Interrupted while asking for " + path, e);
        }
    }
}
