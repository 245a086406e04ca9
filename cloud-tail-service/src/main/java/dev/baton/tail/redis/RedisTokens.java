package dev.baton.tail.redis;

import dev.baton.tail.quota.QuotaSettings.Limit;
import dev.baton.tail.quota.TokenStore;
import io.quarkus.redis.datasource.RedisDataSource;
import io.vertx.mutiny.redis.client.Response;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.function.Supplier;

/** Token buckets in Redis, by its own clock, so that tails' clocks do not matter. */
public final class RedisTokens implements TokenStore {

    private static final String PREFIX = "baton:quota:";

    /** A bucket that would be full again is forgotten. Redis' clock may go back: then nothing was made meanwhile. */
    private static final String TAKE = """
            local rate, burst, wanted = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
            local time = redis.call('TIME')
            local now = time[1] * 1000000 + time[2]
            local bucket = redis.call('HMGET', KEYS[1], 'tokens', 'at')
            local tokens, at = tonumber(bucket[1]) or burst, tonumber(bucket[2]) or now
            tokens = math.min(burst, tokens + math.max(0, now - at) * rate / 1000000)
            local granted = math.min(wanted, math.floor(tokens))
            tokens = tokens - granted
            redis.call('HSET', KEYS[1], 'tokens', string.format('%.6f', tokens), 'at', string.format('%.0f', now))
            redis.call('PEXPIRE', KEYS[1], math.ceil(burst / rate * 1000) + 1000)
            local next = 0
            if granted == 0 then next = math.ceil((1 - tokens) / rate * 1000000) end
            return {granted, next}
            """;

    private final Supplier<RedisDataSource> redis;

    /** @param redis asked for when first needed: a tail without quotas needs none */
    public RedisTokens(Supplier<RedisDataSource> redis) {
        this.redis = redis;
    }

    @Override
    public Grant take(String bucket, Limit limit, int wanted) throws UnavailableException {
        try {
            Response taken = redis.get()
                    .execute(
                            "EVAL",
                            TAKE,
                            "1",
                            PREFIX + bucket,
                            Double.toString(limit.perSecond()),
                            Integer.toString(limit.burst()),
                            Integer.toString(wanted));
            return new Grant(taken.get(0).toInteger(), Duration.of(taken.get(1).toLong(), ChronoUnit.MICROS));
        } catch (RuntimeException failure) {
            throw new UnavailableException(failure);
        }
    }
}
