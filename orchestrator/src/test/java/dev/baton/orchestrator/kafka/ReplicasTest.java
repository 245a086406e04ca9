package dev.baton.orchestrator.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import dev.baton.embedded.BrokerSettings;
import dev.baton.embedded.EdgeListener;
import dev.baton.embedded.EmbeddedBroker;
import dev.baton.embedded.FreePorts;
import dev.baton.embedded.LinkConditions;
import dev.baton.embedded.LinkEmulator;
import dev.baton.messaging.CompactedTable;
import dev.baton.messaging.KafkaConnection;
import dev.baton.messaging.Topics;
import dev.baton.orchestrator.planning.Plan;
import dev.baton.orchestrator.planning.SteeringChange;
import dev.baton.orchestrator.service.Awaiting;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Two replicas share a fleet over a real broker, and one of them vanishes. */
@Timeout(180)
final class ReplicasTest {
    private static final String MODEL = TestingReplica.MODEL.model();
    private static final List<String> EDGES =
            IntStream.range(0, 12).mapToObj(number -> "edge-" + number).toList();

    /** Within which others plan for the edge nodes of a replica that is gone. */
    private static final Duration TAKE_OVER = Duration.ofSeconds(10);

    @TempDir
    @SuppressWarnings("NullAway.Init")
    private Path directory;

    /** The highest epoch of each edge node's plans, and those that came behind a higher one. */
    private final Map<String, Long> epochs = new ConcurrentHashMap<>();

    private final Set<String> wentBack = ConcurrentHashMap.newKeySet();

    /** Who made the last plan of each edge node. */
    private final Map<String, String> lastBy = new ConcurrentHashMap<>();

    /*
     * A replica that dies cannot say so: its connections end, and its group hears nothing of it until its session times out. Here
     * its way to the broker is cut, which looks the same from outside, and worse from inside: it goes on planning, and comes back.
     */
    @Test
    void edgeNodesOfAReplicaThatVanishesArePlannedByTheOtherWithTheirPinsPreferencesAndEpochs() throws Exception {
        List<Integer> ports = FreePorts.find(2);
        BrokerSettings settings = BrokerSettings.in(directory.resolve("kafka"))
                .withEdgeListener(new EdgeListener(ports.get(0), ports.get(1)));
        try (EmbeddedBroker broker = EmbeddedBroker.start(settings)) {
            KafkaConnection kafka = connection(broker.bootstrapServers());
            LinkEmulator way = way(ports);
            try (TestingReplica stays = new TestingReplica("stays", kafka, directory);
                    TestingReplica vanishes =
                            new TestingReplica("vanishes", connection("127.0.0.1:" + ports.get(1)), directory);
                    TestingFleet fleet = new TestingFleet(kafka, EDGES);
                    CompactedTable<dev.baton.schemas.records.Plan> _ = followEpochs(kafka)) {
                stays.start();
                vanishes.start();
                shared(stays, vanishes);
                fleet.start(100);
                everywhere(stays, plan -> plan.choice().toString().equals("cloud-only"));

                List<String> moving =
                        EDGES.stream().filter(vanishes.shards::holds).toList();
                assertThat(moving).hasSizeBetween(3, EDGES.size() - 3);
                assertThat(EDGES).allMatch(edge -> stays.shards.holds(edge) != vanishes.shards.holds(edge));
                assertThat(EDGES).allSatisfy(edge -> assertThat(
                                stays.planner.standing(edge, MODEL).plan().planner())
                        .isEqualTo(vanishes.shards.holds(edge) ? "vanishes" : "stays"));
                String pinned = moving.get(0);
                String preferring = moving.get(1);
                Plan outdated = vanishes.planner.standing(moving.get(2), MODEL).plan();
                Plan pin = stays.planner
                        .pin(pinned, MODEL, "split:1", Optional.of("int8"))
                        .plan();
                assertThat(pin.planner())
                        .as("asked of one replica, done by the other")
                        .isEqualTo("vanishes");
                stays.planner.steer(new SteeringChange.OfPreferences(
                        preferring,
                        MODEL,
                        Optional.of("{\"constraints\": {\"allowedPlacements\": [\"cloud-only\"]}}")));

                way.close();
                long vanished = System.nanoTime();
                fleet.uplink(1);
                everywhere(
                        stays,
                        plan -> List.of(pinned, preferring).contains(plan.edgeNode())
                                ? stays.looksAfter(plan.edgeNode())
                                : plan.choice().toString().equals("edge-only")
                                        && plan.planner().equals("stays"));
                assertThat(Duration.ofNanos(System.nanoTime() - vanished)).isLessThan(TAKE_OVER);

                Plan kept = stays.planner.standing(pinned, MODEL).plan();
                assertThat(kept.pinned()).isTrue();
                assertThat(kept.choice().toString()).isEqualTo("split:1 with int8");
                assertThat(kept.epoch()).isEqualTo(pin.epoch());
                assertThat(stays.planner
                                .standing(preferring, MODEL)
                                .plan()
                                .choice()
                                .toString())
                        .isEqualTo("cloud-only");
                assertThat(stays.shards.held()).hasSize(16);
                assertThat(wentBack).isEmpty();

                stays.write(outdated);
                String key = PlanRecords.key(outdated);
                Awaiting.until(
                        "the last word on " + key,
                        () -> wentBack.size() == 1 && "stays".equals(lastBy.get(key))
                                ? Optional.of(true)
                                : Optional.empty());
                wentBack.clear();

                try (LinkEmulator _ = way(ports)) {
                    shared(stays, vanishes);
                    fleet.uplink(100);
                    everywhere(
                            stays,
                            plan -> plan.pinned() || plan.choice().toString().equals("cloud-only"));
                    everywhere(
                            vanishes,
                            plan -> plan.pinned() || plan.choice().toString().equals("cloud-only"));
                    assertThat(vanishes.planner.standing(pinned, MODEL).plan().pinned())
                            .isTrue();
                }
                assertThat(wentBack).isEmpty();
            } finally {
                way.close();
            }
        }
    }

    private static KafkaConnection connection(String bootstrapServers) {
        return new KafkaConnection(bootstrapServers, 1 << 20, Map.of());
    }

    private static LinkEmulator way(List<Integer> ports) {
        return LinkEmulator.start(
                ports.get(1),
                new InetSocketAddress(InetAddress.getLoopbackAddress(), ports.get(0)),
                LinkConditions.UNLIMITED);
    }

    private CompactedTable<dev.baton.schemas.records.Plan> followEpochs(KafkaConnection kafka) {
        return CompactedTable.start(
                kafka,
                "reader",
                Topics.PLANS,
                dev.baton.schemas.records.Plan::parseFrom,
                (key, record) -> record.ifPresent(plan -> {
                    lastBy.put(key, plan.getPlanner());
                    if (epochs.merge(key, plan.getEpoch(), Math::max) != plan.getEpoch()) {
                        wentBack.add("%s: %d by %s".formatted(key, plan.getEpoch(), plan.getPlanner()));
                    }
                }));
    }

    /** Until each partition is held by exactly one of the two, and each of them holds some. */
    private static void shared(TestingReplica one, TestingReplica other) throws InterruptedException {
        Awaiting.until("the two replicas to share the fleet", () -> {
            Set<Integer> all = new HashSet<>(one.shards.held());
            all.addAll(other.shards.held());
            int held = one.shards.held().size() + other.shards.held().size();
            return all.size() == 16 && held == 16 && one.isPlanning() && other.isPlanning()
                    ? Optional.of(true)
                    : Optional.empty();
        });
    }

    /** Until the plans of all edge nodes, as {@code replica} knows them, are as wanted. */
    private static void everywhere(TestingReplica replica, Predicate<Plan> wanted) throws InterruptedException {
        try {
            Awaiting.until("plans as wanted", () -> {
                Set<String> done =
                        replica.plans().filter(wanted).map(Plan::edgeNode).collect(Collectors.toSet());
                return done.containsAll(EDGES) ? Optional.of(true) : Optional.empty();
            });
        } catch (AssertionError inVain) {
            throw new AssertionError(
                    replica.plans()
                            .map(plan -> "%s: %s by %s, epoch %d: %s"
                                    .formatted(
                                            plan.edgeNode(),
                                            plan.choice(),
                                            plan.planner(),
                                            plan.epoch(),
                                            plan.reason()))
                            .collect(Collectors.joining("\n")),
                    inVain);
        }
    }
}
