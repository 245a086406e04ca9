package dev.baton.orchestrator.fleet;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

final class ShardsTest {
    /** The last character of an edge node's name says its partition. */
    private final Shards shards = new Shards(
            (edgeNode, partitions) -> Character.digit(edgeNode.charAt(edgeNode.length() - 1), 10) % partitions);

    @Test
    void nothingIsHeldBeforePartitionsAreGiven() {
        assertThat(shards.holds("edge-0")).isFalse();
        assertThat(shards.held()).isEmpty();
    }

    @Test
    void whatLiesInGivenPartitionsIsHeldUntilTheyAreTaken() {
        shards.gained(List.of(0, 1), 4);
        shards.gained(List.of(2), 4);
        assertThat(shards.held()).containsExactlyInAnyOrder(0, 1, 2);
        assertThat(shards.holds("edge-5")).isTrue();
        assertThat(shards.holds("edge-3")).isFalse();

        shards.lost(List.of(1));
        assertThat(shards.holds("edge-5")).isFalse();
        assertThat(shards.holds("edge-4")).isTrue();
    }

    @Test
    void knowsHowMuchLargerTheFleetIsThanItsShare() {
        assertThat(shards.fleetPerShare()).isEqualTo(1);
        shards.gained(List.of(0, 1, 2, 3), 4);
        assertThat(shards.fleetPerShare()).isEqualTo(1);
        shards.lost(List.of(1, 2, 3));
        assertThat(shards.fleetPerShare()).isEqualTo(4);
    }

    @Test
    void workIsDoneOnlyWhereItIsHeldAndTellsItsResult() {
        AtomicBoolean done = new AtomicBoolean();
        shards.gained(Set.of(0), 2);

        assertThat(shards.whileHeld("edge-1", () -> done.compareAndSet(false, true)))
                .isFalse();
        assertThat(done).isFalse();
        assertThat(shards.whileHeld("edge-0", () -> false)).isFalse();
        assertThat(shards.whileHeld("edge-0", () -> true)).isTrue();
    }

    @Test
    void aPartitionIsLostOnlyWhenTheWorkInHandIsDone() throws Exception {
        shards.gained(Set.of(0), 1);
        CountDownLatch working = new CountDownLatch(1);
        CountDownLatch finish = new CountDownLatch(1);
        AtomicBoolean finished = new AtomicBoolean();
        CompletableFuture<Boolean> work = CompletableFuture.supplyAsync(() -> shards.whileHeld("edge-0", () -> {
            working.countDown();
            boolean inTime = awaits(finish);
            finished.set(true);
            return inTime;
        }));
        assertThat(awaits(working)).isTrue();
        finish.countDown();
        shards.lost(Set.of(0));

        assertThat(finished).isTrue();
        assertThat(work.get(10, TimeUnit.SECONDS)).isTrue();
        assertThat(shards.holds("edge-0")).isFalse();
    }

    private static boolean awaits(CountDownLatch latch) {
        try {
            return latch.await(10, TimeUnit.SECONDS);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            return false;
        }
    }
}
