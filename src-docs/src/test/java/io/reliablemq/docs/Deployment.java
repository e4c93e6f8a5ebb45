package io.reliablemq.docs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.Reader;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Random;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.springframework.boot.env.YamlPropertySourceLoader;
import org.springframework.core.env.EnumerablePropertySource;
import org.springframework.core.env.PropertySource;
import org.springframework.core.io.FileSystemResource;

/**
 * The files of a deployment that the guide shows. To start it as it stands, beside whatever runs on this machine, all its ports are
 * moved by the same distance; nothing else in the files is changed.
 */
final class Deployment {

    private static final String PREFIX = "reliable-mq.broker.";

    /** Nothing else in these files has so many digits. */
    private static final Pattern PORT = Pattern.compile("\\b\\d{4,5}\\b");

    /** Apache's broker listens there too, without being told. */
    private static final int BELOW_LISTEN_PORT = 2;

    private final List<File> files;
    private final TreeSet<Integer> ports = new TreeSet<>();
    private final int distance;

    /** A file with its settings. */
    record File(Path path, Map<String, String> settings) {

        String name() {
            return path.getFileName().toString();
        }

        /** Whether it is for a broker or a name server of ours. */
        boolean isOurs() {
            return settings.keySet().stream().anyMatch(setting -> setting.startsWith(PREFIX));
        }

        boolean isApaches() {
            return name().endsWith(".conf");
        }

        /** A setting of a broker of ours, by the name behind the prefix that all have. */
        String setting(String name, String otherwise) {
            return settings.getOrDefault(PREFIX + name, otherwise);
        }

        boolean isNameServerOnly() {
            return setting("name-server.only", "false").equals("true");
        }

        boolean isMaster() {
            return role().endsWith("MASTER");
        }

        String role() {
            return setting("broker-role", "ASYNC_MASTER");
        }

        /** Where a process of ours that is started with it listens, by the setting that says so or would. */
        Map<String, Integer> ourPorts() {
            Map<String, Integer> listening = new TreeMap<>();
            if (!isNameServerOnly()) {
                listening.put("listen-port", Integer.valueOf(setting("listen-port", "10911")));
            }
            if (!setting("name-server.enabled", "true").equals("false")) {
                listening.put("name-server.port", Integer.valueOf(setting("name-server.port", "9876")));
            }
            listening.put("management.port", Integer.valueOf(setting("management.port", "10912")));
            return listening;
        }
    }

    private Deployment(List<File> files, List<Integer> others) throws IOException {
        this.files = files;
        ports.addAll(others);
        for (File file : files) {
            if (file.isOurs()) {
                ports.addAll(file.ourPorts().values());
            }
            if (file.isApaches()) {
                ports.add(Integer.valueOf(file.settings().get("listenPort")));
                ports.add(Integer.valueOf(file.settings().get("haListenPort")));
            }
        }
        distance = freeDistance(ports);
    }

    /** @param others ports at which something listens that no file is about */
    static Deployment read(Path folder, List<Integer> others) throws IOException {
        List<File> files = new ArrayList<>();
        try (Stream<Path> paths = Files.list(folder)) {
            for (Path path : paths.sorted().toList()) {
                files.add(new File(path, path.toString().endsWith(".conf") ? properties(path) : yaml(path)));
            }
        }
        return new Deployment(files, others);
    }

    private static Map<String, String> properties(Path path) throws IOException {
        Properties properties = new Properties();
        try (Reader reader = Files.newBufferedReader(path)) {
            properties.load(reader);
        }
        Map<String, String> settings = new TreeMap<>();
        properties.stringPropertyNames().forEach(name -> settings.put(name, properties.getProperty(name)));
        return settings;
    }

    private static Map<String, String> yaml(Path path) throws IOException {
        Map<String, String> settings = new TreeMap<>();
        for (PropertySource<?> source :
                new YamlPropertySourceLoader().load(path.toString(), new FileSystemResource(path))) {
            for (String name : ((EnumerablePropertySource<?>) source).getPropertyNames()) {
                settings.put(name, String.valueOf(source.getProperty(name)));
            }
        }
        return settings;
    }

    /** Below the ports that Linux gives to outgoing connections, so that none of them takes one before it is used. */
    private static int freeDistance(TreeSet<Integer> ports) {
        Random random = new Random();
        for (int attempt = 0; attempt < 1_000; attempt++) {
            int distance = 1_000 + random.nextInt(20_000);
            if (ports.stream()
                    .allMatch(port -> isFree(port + distance) && isFree(port + distance - BELOW_LISTEN_PORT))) {
                return distance;
            }
        }
        throw new IllegalStateException("No distance at which all of these ports are free: " + ports);
    }

    private static boolean isFree(int port) {
        try (ServerSocket socket = new ServerSocket(port)) {
            return socket.isBound();
        } catch (IOException taken) {
            return false;
        }
    }

    List<File> files() {
        return files;
    }

    /** How many brokers of ours have this name. */
    long brokersOfName(String name) {
        return files.stream()
                .filter(file -> file.isOurs()
                        && !file.isNameServerOnly()
                        && file.setting("name", "").equals(name))
                .count();
    }

    /** Where that is which the files call so. @throws AssertionError if nothing of this deployment listens there */
    int moved(int port) {
        assertThat(ports).as("ports at which something listens").contains(port);
        return port + distance;
    }

    String moved(String text) {
        return PORT.matcher(text).replaceAll(port -> Integer.toString(moved(Integer.parseInt(port.group()))));
    }

    /** Copies the files to where the processes run. @throws AssertionError if two of them are to keep their data in one folder */
    void writeTo(Path folder) throws IOException {
        List<String> dataFolders = new ArrayList<>();
        for (File file : files) {
            Files.writeString(folder.resolve(file.name()), moved(Files.readString(file.path())));
            file.settings().forEach((name, value) -> {
                if (name.endsWith("data-dir") || name.startsWith("storePath")) {
                    dataFolders.add(value);
                }
            });
        }
        assertThat(dataFolders).doesNotHaveDuplicates().allMatch(data -> data.startsWith("data/"));
    }
}
