package dev.baton.embedded;

import static java.util.Map.entry;

import java.io.OutputStream;
import java.io.PrintStream;
import java.net.BindException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.function.IntFunction;
import kafka.server.KafkaConfig;
import kafka.server.KafkaRaftServer;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.metadata.properties.MetaPropertiesEnsemble;
import org.apache.kafka.metadata.storage.Formatter;
import org.apache.kafka.server.common.MetadataVersion;
import org.jspecify.annotations.Nullable;

/** A real Kafka broker (KRaft mode, broker and controller in one) inside this process, reachable from this machine only. */
public final class EmbeddedBroker implements AutoCloseable {

    private static final int NODE_ID = 1;
    private static final String CONTROLLER = "CONTROLLER";
    private static final String INTERNAL = "INTERNAL";
    private static final String EDGE = "EDGE";

    private final DirectoryLock lock;
    private final KafkaRaftServer server;
    private final int port;
    private final List<EdgeListener> edgeListeners;

    private EmbeddedBroker(DirectoryLock lock, KafkaRaftServer server, int port, List<EdgeListener> edgeListeners) {
        this.lock = lock;
        this.server = server;
        this.port = port;
        this.edgeListeners = edgeListeners;
    }

    /**
     * Starts the broker and waits until it serves.
     *
     * @throws PortTakenException   when something else listens on one of its ports
     * @throws StartFailedException when it does not come up, for instance because its data directory is in use
     */
    public static EmbeddedBroker start(BrokerSettings settings) {
        BrokerLogs.quiet();
        List<Integer> free = freePortsBeside(settings);
        int port = settings.port() == 0 ? free.getFirst() : settings.port();
        FreePorts.requireFree(port, "the Kafka broker");
        settings.edgeListeners()
                .forEach(edge -> FreePorts.requireFree(edge.port(), "the Kafka broker's edge listener"));
        DirectoryLock lock = DirectoryLock.acquire(settings.dataDirectory(), "the Kafka broker");
        try {
            format(settings.dataDirectory());
            KafkaRaftServer server = launch(settings, port, free.getLast());
            return new EmbeddedBroker(lock, server, port, settings.edgeListeners());
        } catch (RuntimeException e) {
            lock.close();
            throw e;
        }
    }

    /** {@code bootstrap.servers} for services beside the broker. */
    public String bootstrapServers() {
        return FreePorts.HOST + ":" + port;
    }

    /**
     * {@code bootstrap.servers} for edge nodes: the advertised address of the first edge listener.
     *
     * @throws IllegalStateException when the settings name no edge listener
     */
    public String edgeBootstrapServers() {
        if (edgeListeners.isEmpty()) {
            throw new IllegalStateException("this broker has no edge listener");
        }
        return FreePorts.HOST + ":" + edgeListeners.getFirst().advertisedPort();
    }

    /** Ends the broker in good order and returns when it is down; its data stays. */
    @Override
    public void close() {
        try (lock) {
            server.shutdown();
            server.awaitShutdown();
        }
    }

    /** Two free ports or more, none of which the settings give to somebody else. */
    private static List<Integer> freePortsBeside(BrokerSettings settings) {
        List<Integer> ports =
                new ArrayList<>(FreePorts.find(3 + 2 * settings.edgeListeners().size()));
        ports.remove((Integer) settings.port());
        settings.edgeListeners().forEach(edge -> {
            ports.remove((Integer) edge.port());
            ports.remove((Integer) edge.advertisedPort());
        });
        return ports;
    }

    private static KafkaRaftServer launch(BrokerSettings settings, int port, int controllerPort) {
        KafkaConfig config = KafkaConfig.fromProps(properties(settings, port, controllerPort), false);
        @Nullable KafkaRaftServer server = null;
        try {
            server = new KafkaRaftServer(config, Time.SYSTEM);
            server.startup();
            return server;
        } catch (Exception e) { // the broker is Scala: it throws checked exceptions that it does not declare
            if (server != null) {
                server.shutdown();
                server.awaitShutdown();
            }
            if (hasCause(e, BindException.class)) {
                throw new PortTakenException(port, "the Kafka broker or its edge listener", e);
            }
            throw new StartFailedException(
                    "the Kafka broker could not start with its data in %s: %s"
                            .formatted(settings.dataDirectory(), e.getMessage()),
                    e);
        }
    }

    /** Gives a new data directory its identity; one that was used before keeps its own. */
    private static void format(Path dataDirectory) {
        if (Files.exists(dataDirectory.resolve(MetaPropertiesEnsemble.META_PROPERTIES_NAME))) {
            return;
        }
        try {
            new Formatter()
                    .setPrintStream(new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8))
                    .setClusterId(Uuid.randomUuid().toString())
                    .setNodeId(NODE_ID)
                    .setControllerListenerName(CONTROLLER)
                    .setMetadataLogDirectory(dataDirectory.toString())
                    .addDirectory(dataDirectory.toString())
                    .setReleaseVersion(MetadataVersion.LATEST_PRODUCTION)
                    .run();
        } catch (Exception e) { // run() declares Exception
            throw new StartFailedException(
                    "the Kafka data directory %s could not be prepared: %s".formatted(dataDirectory, e.getMessage()),
                    e);
        }
    }

    /* Small, because many tests and one laptop run it: few threads and index files, little heap for the log cleaner, one
     * replica of everything. Everything a client notices is a real broker's. */
    private static Properties properties(BrokerSettings settings, int port, int controllerPort) {
        IntFunction<String> local = listenPort -> "://" + FreePorts.HOST + ":" + listenPort;
        StringBuilder edgeListens = new StringBuilder();
        StringBuilder edgeAdvertises = new StringBuilder();
        StringBuilder edgeProtocols = new StringBuilder();
        for (EdgeListener edge : settings.edgeListeners()) {
            String name = EDGE + edge.port();
            edgeListens.append(',').append(name).append(local.apply(edge.port()));
            edgeAdvertises.append(',').append(name).append(local.apply(edge.advertisedPort()));
            edgeProtocols.append(',').append(name).append(":PLAINTEXT");
        }
        int maxRecordBytes = settings.maxRecordBytes();
        Properties properties = new Properties();
        properties.putAll(Map.ofEntries(
                entry("process.roles", "broker,controller"),
                entry("node.id", Integer.toString(NODE_ID)),
                entry("controller.quorum.voters", NODE_ID + "@" + FreePorts.HOST + ":" + controllerPort),
                entry("controller.listener.names", CONTROLLER),
                entry("inter.broker.listener.name", INTERNAL),
                entry(
                        "listeners",
                        INTERNAL + local.apply(port) + edgeListens + "," + CONTROLLER + local.apply(controllerPort)),
                entry("advertised.listeners", INTERNAL + local.apply(port) + edgeAdvertises),
                entry(
                        "listener.security.protocol.map",
                        "%s:PLAINTEXT,%s:PLAINTEXT%s".formatted(INTERNAL, CONTROLLER, edgeProtocols)),
                entry("log.dirs", settings.dataDirectory().toString()),
                entry("auto.create.topics.enable", "false"),
                entry("message.max.bytes", Integer.toString(maxRecordBytes)),
                entry("replica.fetch.max.bytes", Integer.toString(maxRecordBytes)),
                entry("socket.request.max.bytes", Integer.toString(Math.max(100 << 20, maxRecordBytes + (1 << 20)))),
                entry("log.segment.bytes", Integer.toString(Math.max(128 << 20, maxRecordBytes))),
                entry("log.index.size.max.bytes", Integer.toString(1 << 20)),
                entry("log.retention.check.interval.ms", "10000"),
                entry("log.segment.delete.delay.ms", "1000"),
                entry("log.cleaner.threads", "1"),
                entry("log.cleaner.dedupe.buffer.size", "1048577"),
                entry("offsets.topic.num.partitions", "4"),
                entry("offsets.topic.replication.factor", "1"),
                entry("offsets.topic.segment.bytes", Integer.toString(16 << 20)),
                entry("transaction.state.log.num.partitions", "1"),
                entry("transaction.state.log.replication.factor", "1"),
                entry("transaction.state.log.min.isr", "1"),
                entry("share.coordinator.state.topic.num.partitions", "1"),
                entry("share.coordinator.state.topic.replication.factor", "1"),
                entry("share.coordinator.state.topic.min.isr", "1"),
                entry("default.replication.factor", "1"),
                entry("min.insync.replicas", "1"),
                entry("num.network.threads", "2"),
                entry("num.io.threads", "4"),
                entry("background.threads", "2"),
                entry("group.coordinator.threads", "1"),
                entry("group.coordinator.rebalance.protocols", "classic,consumer"),
                entry("group.initial.rebalance.delay.ms", "0"),
                // a member learns of its assignment with a heartbeat: at the default of 5 s a group takes long to
                // settle
                entry("group.consumer.min.heartbeat.interval.ms", "100"),
                entry("group.consumer.heartbeat.interval.ms", "500"),
                entry("group.consumer.min.session.timeout.ms", "5000"),
                entry("group.consumer.session.timeout.ms", "10000"),
                entry("metric.reporters", "")));
        return properties;
    }

    private static boolean hasCause(Throwable thrown, Class<? extends Throwable> type) {
        for (@Nullable Throwable cause = thrown; cause != null; cause = cause.getCause()) {
            if (type.isInstance(cause)) {
                return true;
            }
        }
        return false;
    }
}
