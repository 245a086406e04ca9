package dev.baton.orchestrator.redis;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.baton.orchestrator.fleet.EdgeNode;
import dev.baton.orchestrator.fleet.FleetListener;
import dev.baton.orchestrator.planning.PlanRow;
import dev.baton.orchestrator.planning.PlanRows;
import dev.baton.orchestrator.planning.Planner;
import io.quarkus.redis.datasource.RedisDataSource;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import org.jboss.logging.Logger;

/** Shows the plans that this replica keeps, {@code baton:plan:<edge>/<model>}, as long as their edge nodes are heard of. */
public final class RedisPlanRows implements FleetListener, PlanRows.Shown {
    private static final Logger LOG = Logger.getLogger(RedisPlanRows.class);

    private final RedisWriter writer;
    private final RedisDataSource redis;
    private final Planner planner;
    private final ObjectMapper json;

    public RedisPlanRows(RedisWriter writer, RedisDataSource redis, Planner planner, ObjectMapper json) {
        this.writer = writer;
        this.redis = redis;
        this.planner = planner;
        this.json = json;
    }

    @Override
    public void edgeSeen(EdgeNode edge) {
        for (String model : edge.models().keySet()) {
            writer.offer(source -> planner.row(edge.id(), model).ifPresent(row -> source.value(String.class)
                    .setex(
                            key(edge.id() + "/" + model),
                            RedisFleetViews.TIME_TO_LIVE.toSeconds(),
                            Json.write(json, row))));
        }
    }

    @Override
    public Map<String, PlanRow> rows(Collection<String> keys) {
        Map<String, PlanRow> rows = new HashMap<>();
        try {
            Map<String, String> found = redis.value(String.class)
                    .mget(keys.stream().map(RedisPlanRows::key).toArray(String[]::new));
            for (String key : keys) {
                String text = found.get(key(key));
                if (text != null) {
                    rows.put(key, json.readValue(text, PlanRow.class));
                }
            }
        } catch (RuntimeException | JsonProcessingException away) {
            LOG.debugf("what other replicas show of their plans cannot be read: %s", away.getMessage());
        }
        return rows;
    }

    private static String key(String edgeAndModel) {
        return "baton:plan:" + edgeAndModel;
    }
}
