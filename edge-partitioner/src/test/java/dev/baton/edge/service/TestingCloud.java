package dev.baton.edge.service;

import com.sun.net.httpserver.HttpServer;
import com.sun.net.httpserver.SimpleFileServer;
import dev.baton.messaging.ClientSettings;
import dev.baton.messaging.KafkaConnection;
import dev.baton.messaging.Topics;
import dev.baton.partitioning.splitpackage.SplitPackage;
import dev.baton.schemas.records.CatalogModel;
import dev.baton.schemas.records.ModelRef;
import dev.baton.schemas.records.Placement;
import dev.baton.schemas.records.Plan;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;

/** What an orchestrator does for an edge node: topics, packages over HTTP, catalog, plans. */
final class TestingCloud implements AutoCloseable {

    private final KafkaProducer<String, byte[]> producer;
    private final HttpServer http;
    private long epoch;

    TestingCloud(KafkaConnection connection, Path packages) throws InterruptedException {
        try (Admin admin = Admin.create(ClientSettings.admin(connection, "testing-cloud"))) {
            List<org.apache.kafka.clients.admin.NewTopic> topics =
                    new ArrayList<>(Topics.shared(connection.maxRecordBytes()));
            topics.add(Topics.activationsOf(TinyModel.NAME, connection.maxRecordBytes()));
            Topics.ensure(admin, topics, Duration.ofSeconds(20));
        }
        producer = new KafkaProducer<>(ClientSettings.controlProducer(connection, "testing-cloud"));
        http = SimpleFileServer.createFileServer(
                new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                packages.toAbsolutePath(),
                SimpleFileServer.OutputLevel.NONE);
        http.start();
    }

    void publish(SplitPackage splitPackage) throws Exception {
        CatalogModel entry = CatalogModel.newBuilder()
                .setModel(reference(splitPackage))
                .setPackageUrl("http://127.0.0.1:%d/%s"
                        .formatted(
                                http.getAddress().getPort(),
                                splitPackage.directory().getFileName()))
                .build();
        producer.send(new ProducerRecord<>(
                        Topics.MODELS, splitPackage.manifest().model(), entry.toByteArray()))
                .get();
    }

    /** The epoch of the plan. */
    long plan(SplitPackage splitPackage, Placement placement, String codec) throws Exception {
        epoch++;
        Plan plan = Plan.newBuilder()
                .setEdgeNode(BrokerResource.EDGE)
                .setModel(reference(splitPackage))
                .setPlacement(placement)
                .setCodec(codec)
                .setEpoch(epoch)
                .setReason("the test wants it")
                .build();
        producer.send(new ProducerRecord<>(
                        Topics.PLANS,
                        BrokerResource.EDGE + "/" + splitPackage.manifest().model(),
                        plan.toByteArray()))
                .get();
        return epoch;
    }

    private static ModelRef reference(SplitPackage splitPackage) {
        return ModelRef.newBuilder()
                .setName(splitPackage.manifest().model())
                .setVersion(splitPackage.version())
                .build();
    }

    static KafkaConnection connection(String bootstrapServers) {
        return new KafkaConnection(bootstrapServers, 32 << 20, Map.of());
    }

    @Override
    public void close() {
        producer.close();
        http.stop(0);
    }
}
