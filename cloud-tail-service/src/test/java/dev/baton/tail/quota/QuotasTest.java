package dev.baton.tail.quota;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.baton.tail.failure.RefusedException;
import dev.baton.tail.failure.TailFailure;
import dev.baton.tail.quota.QuotaSettings.Limit;
import dev.baton.tail.quota.TokenStore.Grant;
import dev.baton.tail.quota.TokenStore.UnavailableException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

final class QuotasTest {

    private static final Limit FIVE = new Limit(5, 5);

    private final AtomicLong nanos = new AtomicLong();
    private final Map<String, Integer> tokens = new HashMap<>();
    private final List<String> asked = new ArrayList<>();
    private boolean away;

    @Test
    void whoHasAskedForItsQuotaIsRefusedAndOthersAreNot() {
        Quotas quotas = quotas(Map.of("edge-1", FIVE), Map.of(), true);
        for (int i = 0; i < 5; i++) {
            taken(() -> quotas.requireOfEdgeNode("edge-1", ""));
        }
        refused(
                () -> quotas.requireOfEdgeNode("edge-1", ""),
                "edge node edge-1 has asked for more than 5.0 requests a second and 5 at once");
        taken(() -> quotas.requireOfEdgeNode("edge-2", ""));
    }

    @Test
    void whoIsNotNamedHasAQuotaOfItsOwn() {
        Quotas quotas = quotas(Map.of(), Map.of("*", new Limit(1, 1)), true);
        taken(() -> quotas.requireOfTenant("a"));
        taken(() -> quotas.requireOfTenant("b"));
        taken(() -> quotas.requireOfTenant(""));
        refused(() -> quotas.requireOfTenant("a"), "tenant a has asked");
        refused(() -> quotas.requireOfTenant(""), "who names no tenant has asked");
    }

    @Test
    void aRefusedTenantCostsItsEdgeNodeNothing() {
        Quotas quotas = quotas(Map.of("edge-1", FIVE), Map.of("poor", new Limit(1, 1)), true);
        taken(() -> quotas.requireOfEdgeNode("edge-1", "poor"));
        for (int i = 0; i < 10; i++) {
            refused(() -> quotas.requireOfEdgeNode("edge-1", "poor"), "tenant poor");
        }
        for (int i = 0; i < 4; i++) {
            taken(() -> quotas.requireOfEdgeNode("edge-1", "rich"));
        }
        refused(() -> quotas.requireOfEdgeNode("edge-1", "rich"), "edge node edge-1");
    }

    @Test
    void aLargeQuotaAsksTheStoreOnceForManyRequests() {
        Quotas quotas = quotas(Map.of("edge-1", new Limit(1_000, 1_000)), Map.of(), true);
        for (int i = 0; i < 500; i++) {
            taken(() -> quotas.requireOfEdgeNode("edge-1", ""));
        }
        assertThat(asked).hasSize(10);
    }

    @Test
    void tokensThatWereNotUsedAreNotKept() {
        Quotas quotas = quotas(Map.of("edge-1", new Limit(1_000, 1_000)), Map.of(), true);
        taken(() -> quotas.requireOfEdgeNode("edge-1", ""));
        nanos.addAndGet(Duration.ofSeconds(2).toNanos());
        taken(() -> quotas.requireOfEdgeNode("edge-1", ""));
        assertThat(asked).hasSize(2);
    }

    @Test
    void whoWasRefusedIsNotAskedForBeforeThereIsATokenAgain() {
        Quotas quotas = quotas(Map.of("edge-1", new Limit(1, 1)), Map.of(), true);
        taken(() -> quotas.requireOfEdgeNode("edge-1", ""));
        for (int i = 0; i < 100; i++) {
            refused(() -> quotas.requireOfEdgeNode("edge-1", ""), "edge-1");
        }
        assertThat(asked).hasSize(2);
        tokens.put("edge node edge-1", 1);
        nanos.addAndGet(Duration.ofMillis(250).toNanos());
        taken(() -> quotas.requireOfEdgeNode("edge-1", ""));
    }

    @Test
    void whileTheStoreIsAwayAllAreTakenOrAllAreRefusedAsSet() {
        away = true;
        Quotas open = quotas(Map.of("edge-1", FIVE), Map.of(), true);
        Quotas closed = quotas(Map.of("edge-1", FIVE), Map.of(), false);
        for (int i = 0; i < 20; i++) {
            taken(() -> open.requireOfEdgeNode("edge-1", ""));
            refused(() -> closed.requireOfEdgeNode("edge-1", ""), "is not known now");
            taken(() -> closed.requireOfEdgeNode("edge-2", ""));
        }
        assertThat(asked).as("each asked once, not for every request").hasSize(2);

        away = false;
        nanos.addAndGet(Duration.ofSeconds(2).toNanos());
        taken(() -> closed.requireOfEdgeNode("edge-1", ""));
    }

    @Test
    void quotasOfNothingMakeNoSense() {
        assertThatThrownBy(() -> new Limit(0, 1)).hasMessageContaining("more than 0 requests a second");
        assertThatThrownBy(() -> new Limit(1, 0)).hasMessageContaining("1 or more at once");
    }

    private Quotas quotas(Map<String, Limit> edgeNodes, Map<String, Limit> tenants, boolean open) {
        return new Quotas(new QuotaSettings(edgeNodes, tenants, open), this::take, nanos::get);
    }

    /** Buckets that are full at first, into which nothing runs; the next token is always 200 ms away. */
    private Grant take(String bucket, Limit limit, int wanted) throws UnavailableException {
        asked.add(bucket);
        if (away) {
            throw new UnavailableException(new IllegalStateException("away"));
        }
        int left = tokens.getOrDefault(bucket, limit.burst());
        int granted = Math.min(left, wanted);
        tokens.put(bucket, left - granted);
        return new Grant(granted, granted == 0 ? Duration.ofMillis(200) : Duration.ZERO);
    }

    private static void taken(ThrowingCallable request) {
        assertThatCode(request).doesNotThrowAnyException();
    }

    private static void refused(ThrowingCallable request, String part) {
        assertThatThrownBy(request)
                .isInstanceOfSatisfying(RefusedException.class, refused -> assertThat(refused.failure())
                        .isInstanceOf(TailFailure.OverQuota.class))
                .hasMessageContaining(part);
    }
}
