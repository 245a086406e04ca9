package dev.baton.orchestrator.rest;

import dev.baton.orchestrator.fleet.Fleet;
import dev.baton.orchestrator.fleet.FleetView;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import java.time.InstantSource;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/** The fleet as it was last heard of. */
@Path("/api/fleet")
@Tag(name = "Fleet", description = "Edge nodes and tails, as their measurement windows tell.")
@Produces({MediaType.APPLICATION_JSON, Problem.MEDIA_TYPE})
@RunOnVirtualThread
final class FleetResource {
    private final Fleet fleet;
    private final InstantSource clock;

    FleetResource(Fleet fleet, InstantSource clock) {
        this.fleet = fleet;
        this.clock = clock;
    }

    @GET
    @Operation(
            summary = "Shows the fleet",
            description =
                    "Edge nodes with their links and tails with their times; stale ones are marked, unknown is absent.")
    @APIResponse(responseCode = "200")
    public FleetView get() {
        return FleetView.of(fleet, clock.instant());
    }
}
