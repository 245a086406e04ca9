package dev.baton.orchestrator.rest;

import dev.baton.orchestrator.fleet.FleetView;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import java.util.function.Supplier;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/** The fleet as it was last heard of. */
@Path("/api/fleet")
@Tag(name = "Fleet", description = "Edge nodes and tails, as their measurement windows tell.")
@Produces({MediaType.APPLICATION_JSON, Problem.MEDIA_TYPE})
@RunOnVirtualThread
final class FleetResource {
    private final Supplier<FleetView> fleet;

    FleetResource(Supplier<FleetView> fleet) {
        this.fleet = fleet;
    }

    @GET
    @Operation(
            summary = "Shows the fleet",
            description =
                    "Edge nodes with their links and tails with their times; stale ones are marked, unknown is absent. Any"
                            + " replica shows the whole fleet, those that others hear of as long as Redis answers.")
    @APIResponse(responseCode = "200")
    public FleetView get() {
        return fleet.get();
    }
}
