package dev.baton.tail.quota;

import dev.baton.tail.failure.RefusedException;
import dev.baton.tail.failure.TailFailure;
import dev.baton.tail.quota.TokenStore.Grant;
import dev.baton.tail.quota.TokenStore.UnavailableException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import org.jboss.logging.Logger;

/** Refuses requests beyond what edge nodes and tenants may ask of all tails together. Thread-safe. */
public final class Quotas {

    /*
     * Token buckets (Turner, "New directions in communications", 1986), shared by all tails. So that not every request asks the
     * store, a tail takes as many tokens at once as are made in LEASE, and forgets them when they were not used for KEPT: of a
     * small quota it takes one at a time, of a large one it may waste what is made in LEASE. Where the store does not answer,
     * nobody asks it again for PAUSE.
     */
    private static final Duration LEASE = Duration.ofMillis(50);
    private static final Duration KEPT = Duration.ofSeconds(1);
    private static final Duration PAUSE = Duration.ofSeconds(1);

    /** Buckets whose tokens are held here, some hundred bytes each. Names come from outside. */
    private static final int MAX_LEASES = 10_000;

    private static final Logger LOG = Logger.getLogger(Quotas.class);

    private final QuotaSettings settings;
    private final TokenStore store;
    private final LongSupplier nanos;
    private final ReentrantLock lock = new ReentrantLock();
    private final Map<String, Lease> leases = new LinkedHashMap<>(16, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Lease> eldest) {
            return size() > MAX_LEASES;
        }
    };
    private volatile long silentUntilNanos;
    private volatile boolean silent;

    /** Tokens of one bucket that this tail has taken. */
    private static final class Lease {
        final ReentrantLock lock = new ReentrantLock();
        int tokens;
        long expiresNanos;
        long refusedUntilNanos;
        boolean refused;
    }

    public Quotas(QuotaSettings settings, TokenStore store, LongSupplier nanos) {
        this.settings = settings;
        this.store = store;
        this.nanos = nanos;
    }

    /**
     * Takes a request of {@code tenant}, which may be empty, from an edge node.
     *
     * @throws RefusedException when one of the two has asked for more than its quota
     */
    public void requireOfEdgeNode(String edgeNode, String tenant) throws RefusedException {
        Optional<QuotaSettings.Limit> limit = settings.ofEdgeNode(edgeNode);
        if (limit.isPresent()) {
            require("edge node", edgeNode, limit.get());
        }
        try {
            requireOfTenant(tenant);
        } catch (RefusedException overQuota) {
            if (limit.isPresent()) {
                giveBack("edge node", edgeNode);
            }
            throw overQuota;
        }
    }

    /**
     * Takes a request that came without an edge node.
     *
     * @throws RefusedException when {@code tenant}, which may be empty, has asked for more than its quota
     */
    public void requireOfTenant(String tenant) throws RefusedException {
        Optional<QuotaSettings.Limit> limit = settings.ofTenant(tenant);
        if (limit.isPresent()) {
            require("tenant", tenant, limit.get());
        }
    }

    private void require(String kind, String name, QuotaSettings.Limit limit) throws RefusedException {
        String bucket = kind + " " + name;
        Lease lease = lease(bucket);
        lease.lock.lock();
        try {
            long now = nanos.getAsLong();
            if (lease.tokens > 0 && now - lease.expiresNanos < 0) {
                lease.tokens--;
                return;
            }
            if (lease.refused && now - lease.refusedUntilNanos < 0) {
                throw over(kind, name, limit);
            }
            if (silent && now - silentUntilNanos < 0) {
                unavailable(kind, name);
                return;
            }
            take(bucket, lease, limit);
            if (lease.refused) {
                throw over(kind, name, limit);
            }
        } catch (UnavailableException failure) {
            fellSilent(failure);
            unavailable(kind, name);
        } finally {
            lease.lock.unlock();
        }
    }

    private void take(String bucket, Lease lease, QuotaSettings.Limit limit) throws UnavailableException {
        int wanted = (int) Math.clamp(limit.perSecond() * LEASE.toNanos() / 1e9, 1, limit.burst());
        Grant grant = store.take(bucket, limit, wanted);
        if (silent) {
            silent = false;
            LOG.info("quotas are kept again");
        }
        long now = nanos.getAsLong();
        lease.refused = grant.tokens() == 0;
        lease.refusedUntilNanos = now + Math.min(grant.next().toNanos(), KEPT.toNanos());
        lease.tokens = Math.max(0, grant.tokens() - 1);
        lease.expiresNanos = now + KEPT.toNanos();
    }

    private void giveBack(String kind, String name) {
        Lease lease = lease(kind + " " + name);
        lease.lock.lock();
        try {
            lease.tokens++;
        } finally {
            lease.lock.unlock();
        }
    }

    private Lease lease(String bucket) {
        lock.lock();
        try {
            return leases.computeIfAbsent(bucket, name -> new Lease());
        } finally {
            lock.unlock();
        }
    }

    private void fellSilent(UnavailableException failure) {
        silentUntilNanos = nanos.getAsLong() + PAUSE.toNanos();
        if (!silent) {
            silent = true;
            LOG.warnf(
                    "quotas cannot be kept (%s): every request is %s until they can",
                    failure.getMessage(), settings.openWhenUnavailable() ? "taken" : "refused");
        }
    }

    private void unavailable(String kind, String name) throws RefusedException {
        if (!settings.openWhenUnavailable()) {
            throw new RefusedException(new TailFailure.OverQuota(
                    "whether %s has asked for more than its quota is not known now".formatted(called(kind, name))));
        }
    }

    private static RefusedException over(String kind, String name, QuotaSettings.Limit limit) {
        return new RefusedException(
                new TailFailure.OverQuota("%s has asked for more than %s requests a second and %d at once"
                        .formatted(called(kind, name), limit.perSecond(), limit.burst())));
    }

    private static String called(String kind, String name) {
        return name.isEmpty() ? "who names no " + kind : kind + " " + name;
    }
}
