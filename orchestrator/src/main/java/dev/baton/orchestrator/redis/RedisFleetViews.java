package dev.baton.orchestrator.redis;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.baton.orchestrator.fleet.EdgeNode;
import dev.baton.orchestrator.fleet.Fleet;
import dev.baton.orchestrator.fleet.FleetListener;
import dev.baton.orchestrator.fleet.FleetView;
import dev.baton.orchestrator.fleet.TailNode;
import io.quarkus.redis.datasource.RedisDataSource;
import io.quarkus.redis.datasource.keys.KeyScanArgs;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jboss.logging.Logger;

/** Keeps a view of each edge node ({@code baton:edge:<id>}) and tail ({@code baton:tail:<id>}) that vanishes with it. */
public final class RedisFleetViews implements FleetListener, Supplier<FleetView> {
    private static final Logger LOG = Logger.getLogger(RedisFleetViews.class);

    /** Several windows long, so that one that is late leaves no gap. */
    static final Duration TIME_TO_LIVE = Duration.ofSeconds(10);

    private static final String EDGE = "baton:edge:";
    private static final String TAIL = "baton:tail:";
    private static final int KEYS_AT_A_TIME = 500;

    private final RedisWriter writer;
    private final RedisDataSource redis;
    private final Fleet fleet;
    private final ObjectMapper json;
    private final InstantSource clock;

    public RedisFleetViews(
            RedisWriter writer, RedisDataSource redis, Fleet fleet, ObjectMapper json, InstantSource clock) {
        this.writer = writer;
        this.redis = redis;
        this.fleet = fleet;
        this.json = json;
        this.clock = clock;
    }

    @Override
    public void edgeSeen(EdgeNode edge) {
        keep(EDGE + edge.id(), () -> FleetView.of(edge, fleet, clock.instant()));
    }

    @Override
    public void tailSeen(TailNode tail) {
        keep(TAIL + tail.id(), () -> FleetView.of(tail, fleet, clock.instant()));
    }

    /** Whoever hears of windows does not wait for the view to be made, and none is made that finds no place. */
    private void keep(String key, Supplier<?> view) {
        writer.offer(source ->
                source.value(String.class).setex(key, TIME_TO_LIVE.toSeconds(), Json.write(json, view.get())));
    }

    /** The whole fleet: what this replica hears of itself, and of the rest what the other replicas keep here. */
    @Override
    public FleetView get() {
        FleetView own = FleetView.of(fleet, clock.instant());
        try {
            return new FleetView(
                    merged(own.edges(), FleetView.Edge::id, views(EDGE, FleetView.Edge.class)),
                    merged(own.tails(), FleetView.Tail::id, views(TAIL, FleetView.Tail.class)));
        } catch (RuntimeException | JsonProcessingException away) {
            LOG.debugf("what other replicas know of the fleet cannot be read: %s", away.getMessage());
            return own;
        }
    }

    private static <V> List<V> merged(List<V> own, Function<V, String> id, List<V> kept) {
        Map<String, V> all = new TreeMap<>(kept.stream().collect(Collectors.toMap(id, Function.identity())));
        own.forEach(view -> all.put(id.apply(view), view));
        return all.values().stream().sorted(Comparator.comparing(id)).toList();
    }

    private <V> List<V> views(String prefix, Class<V> type) throws JsonProcessingException {
        List<V> views = new ArrayList<>();
        var cursor = redis.key().scan(new KeyScanArgs().match(prefix + "*").count(KEYS_AT_A_TIME));
        while (cursor.hasNext()) {
            String[] keys = cursor.next().toArray(String[]::new);
            if (keys.length > 0) {
                for (String text : redis.value(String.class).mget(keys).values()) {
                    if (text != null) {
                        views.add(json.readValue(text, type));
                    }
                }
            }
        }
        return views;
    }
}
