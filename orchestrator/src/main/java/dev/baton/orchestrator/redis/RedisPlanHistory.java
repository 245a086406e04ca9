package dev.baton.orchestrator.redis;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.baton.orchestrator.planning.HistoryUnavailableException;
import dev.baton.orchestrator.planning.Plan;
import dev.baton.orchestrator.planning.PlanHistory;
import dev.baton.orchestrator.planning.PlanView;
import io.quarkus.redis.datasource.RedisDataSource;
import java.util.List;
import org.jboss.logging.Logger;

/** Keeps the latest plans of each edge node and model in a list, {@code baton:plans:<edge>/<model>}, newest first. */
public final class RedisPlanHistory implements PlanHistory {
    private static final Logger LOG = Logger.getLogger(RedisPlanHistory.class);

    private final RedisWriter writer;
    private final RedisDataSource redis;
    private final ObjectMapper json;

    public RedisPlanHistory(RedisWriter writer, RedisDataSource redis, ObjectMapper json) {
        this.writer = writer;
        this.redis = redis;
        this.json = json;
    }

    @Override
    public void append(Plan plan) {
        String key = key(plan.edgeNode(), plan.model().model());
        boolean accepted = writer.offer(source -> {
            source.list(String.class).lpush(key, Json.write(json, PlanView.of(plan)));
            source.list(String.class).ltrim(key, 0, LIMIT - 1L);
        });
        if (!accepted) {
            LOG.debugf("plan %d of %s is missing from the history: too many writes wait", plan.epoch(), key);
        }
    }

    @Override
    public List<PlanView> latest(String edgeNode, String model, int limit) {
        try {
            return redis.list(String.class).lrange(key(edgeNode, model), 0, limit - 1L).stream()
                    .map(this::plan)
                    .toList();
        } catch (RuntimeException failure) {
            throw new HistoryUnavailableException(
                    "plan history cannot be read, as Redis does not answer; plans in force are not affected", failure);
        }
    }

    private PlanView plan(String text) {
        try {
            return json.readValue(text, PlanView.class);
        } catch (JsonProcessingException malformed) {
            throw new IllegalStateException("plan history holds something else than plans", malformed);
        }
    }

    private static String key(String edgeNode, String model) {
        return "baton:plans:%s/%s".formatted(edgeNode, model);
    }
}
