package dev.baton.orchestrator.redis;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.baton.orchestrator.fleet.EdgeNode;
import dev.baton.orchestrator.fleet.Fleet;
import dev.baton.orchestrator.fleet.FleetListener;
import dev.baton.orchestrator.fleet.FleetView;
import dev.baton.orchestrator.fleet.TailNode;
import java.time.Duration;
import java.time.InstantSource;

/** Keeps a view of each edge node ({@code baton:edge:<id>}) and tail ({@code baton:tail:<id>}) that vanishes with it. */
public final class RedisFleetViews implements FleetListener {
    /** Several windows long, so that one that is late leaves no gap. */
    static final Duration TIME_TO_LIVE = Duration.ofSeconds(10);

    private final RedisWriter writer;
    private final Fleet fleet;
    private final ObjectMapper json;
    private final InstantSource clock;

    public RedisFleetViews(RedisWriter writer, Fleet fleet, ObjectMapper json, InstantSource clock) {
        this.writer = writer;
        this.fleet = fleet;
        this.json = json;
        this.clock = clock;
    }

    @Override
    public void edgeSeen(EdgeNode edge) {
        keep("baton:edge:" + edge.id(), FleetView.of(edge, fleet, clock.instant()));
    }

    @Override
    public void tailSeen(TailNode tail) {
        keep("baton:tail:" + tail.id(), FleetView.of(tail, fleet, clock.instant()));
    }

    private void keep(String key, Object view) {
        writer.offer(redis -> redis.value(String.class).setex(key, TIME_TO_LIVE.toSeconds(), Json.write(json, view)));
    }
}
