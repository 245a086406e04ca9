package dev.baton.edge.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import dev.baton.edge.cloud.Downlink;
import dev.baton.edge.model.Models;
import dev.baton.embedded.BrokerSettings;
import dev.baton.embedded.EdgeListener;
import dev.baton.embedded.EmbeddedBroker;
import dev.baton.embedded.FreePorts;
import dev.baton.embedded.LinkConditions;
import dev.baton.embedded.LinkEmulator;
import dev.baton.messaging.KafkaConnection;
import dev.baton.messaging.MachinePressure;
import dev.baton.messaging.Topics;
import dev.baton.planning.link.LinkEstimate;
import dev.baton.planning.link.LinkEstimator;
import dev.baton.planning.link.LinkProbes;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The link as the edge node sees it through a real producer, a real broker and an emulated link. */
final class LinkOverBrokerTest {

    private static final Duration WINDOW = Duration.ofSeconds(1);

    /** A second or two on a machine that has nothing else to do. */
    private static final Duration PATIENCE = Duration.ofSeconds(25);

    private static final int LOOKS_BETWEEN_REQUESTS = 12;

    @TempDir
    Path directory;

    private final LinkEstimator estimator = new LinkEstimator(System::nanoTime);
    private final LinkProbes probes = new LinkProbes(estimator, System::nanoTime);

    @Test
    void followsTheLinkThroughRequestsProbesAndWindows() throws Exception {
        List<Integer> ports = FreePorts.find(2);
        BrokerSettings settings =
                BrokerSettings.in(directory).withEdgeListener(new EdgeListener(ports.get(0), ports.get(1)));
        try (EmbeddedBroker _ = EmbeddedBroker.start(settings);
                LinkEmulator emulator = LinkEmulator.start(
                        ports.get(1), new InetSocketAddress(InetAddress.getLoopbackAddress(), ports.get(0)), link(8));
                LinkProducer producer = new LinkProducer(
                        new KafkaConnection("127.0.0.1:" + ports.get(1), 1 << 20, Map.of()),
                        "edge",
                        estimator,
                        System::nanoTime);
                KafkaBackground background = new KafkaBackground(
                        producer,
                        "edge",
                        new KafkaMeasurements(
                                producer,
                                "edge",
                                Optional.empty(),
                                new MachinePressure(),
                                new Models(),
                                estimator,
                                new Downlink(System::nanoTime),
                                probes,
                                System::nanoTime),
                        estimator,
                        probes,
                        WINDOW,
                        System::nanoTime)) {
            CountDownLatch connected = new CountDownLatch(1);
            producer.start(connected::countDown);
            assertThat(connected.await(30, TimeUnit.SECONDS)).isTrue();
            background.start();
            for (double megabits : new double[] {8, 2, 20}) {
                emulator.set(link(megabits));
                assertThat(timeUntilKnown(megabits, producer))
                        .as("time until %s Mbit/s was known; last %s", megabits, estimator.estimate())
                        .isLessThan(PATIENCE);
            }
        }
    }

    private static LinkConditions link(double megabits) {
        return new LinkConditions(megabits, Duration.ofMillis(5), Duration.ZERO);
    }

    /** Sends a request now and then, and looks again and again, as often as the planner could. */
    private Duration timeUntilKnown(double megabits, LinkProducer producer) throws InterruptedException {
        CountDownLatch never = new CountDownLatch(1);
        long began = System.nanoTime();
        Duration waited = Duration.ZERO;
        for (int look = 0; waited.compareTo(PATIENCE) < 0 && !near(estimator.estimate(), megabits); look++) {
            if (look % LOOKS_BETWEEN_REQUESTS == 0) {
                producer.send(new ProducerRecord<>(Topics.PROBES, new byte[20_000]), (_, _) -> {});
            }
            never.await(20, TimeUnit.MILLISECONDS);
            waited = Duration.ofNanos(System.nanoTime() - began);
        }
        return waited;
    }

    private static boolean near(Optional<LinkEstimate> estimate, double megabits) {
        return estimate.isPresent()
                && Math.abs(Math.log(estimate.get().bytesPerSecond() / (megabits * 125_000))) < Math.log(2);
    }
}
