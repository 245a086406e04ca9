package dev.baton.orchestrator.redis;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.baton.orchestrator.planning.DecisionSource;
import dev.baton.orchestrator.planning.DecisionView;
import dev.baton.orchestrator.planning.HistoryUnavailableException;
import dev.baton.orchestrator.planning.Plan;
import dev.baton.orchestrator.planning.PlanDecision;
import io.quarkus.redis.datasource.RedisDataSource;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import org.jboss.logging.Logger;

/**
 * Keeps the latest decisions of each edge node and model in a list, {@code baton:decisions:<edge>/<model>}, newest first, as long
 * as there are new ones and {@link #TIME_TO_LIVE} beyond.
 */
public final class RedisDecisions implements DecisionSource {
    private static final Logger LOG = Logger.getLogger(RedisDecisions.class);

    /** As long as the log of record keeps them. */
    static final Duration TIME_TO_LIVE = Duration.ofDays(7);

    /** A decision with all alternatives takes some kilobytes, deflated; the rest is read from the log of record. */
    static final int KEPT = 50;

    private final RedisWriter writer;
    private final RedisDataSource redis;
    private final ObjectMapper json;

    public RedisDecisions(RedisWriter writer, RedisDataSource redis, ObjectMapper json) {
        this.writer = writer;
        this.redis = redis;
        this.json = json;
    }

    @Override
    public void record(PlanDecision decision) {
        Plan plan = decision.plan();
        String key = key(plan.edgeNode(), plan.model().model());
        boolean accepted = writer.offer(source -> {
            source.list(byte[].class).lpush(key, Deflated.of(Json.write(json, DecisionView.of(decision))));
            source.list(byte[].class).ltrim(key, 0, KEPT - 1L);
            source.key().expire(key, TIME_TO_LIVE);
        });
        if (!accepted) {
            LOG.debugf("plan %d of %s is missing from Redis: too many writes wait", plan.epoch(), key);
        }
    }

    @Override
    public List<DecisionView> latest(String edgeNode, String model, int limit) {
        try {
            return redis.list(byte[].class).lrange(key(edgeNode, model), 0, limit - 1L).stream()
                    .map(this::decision)
                    .toList();
        } catch (RuntimeException failure) {
            throw new HistoryUnavailableException(
                    "earlier decisions cannot be read, as Redis does not answer; plans in force are not affected",
                    failure);
        }
    }

    private DecisionView decision(byte[] deflated) {
        try {
            return json.readValue(Deflated.text(deflated), DecisionView.class);
        } catch (IOException malformed) {
            throw new IllegalStateException("Redis holds something else than decisions", malformed);
        }
    }

    private static String key(String edgeNode, String model) {
        return "baton:decisions:%s/%s".formatted(edgeNode, model);
    }
}
