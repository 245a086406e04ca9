package dev.baton.orchestrator.rest;

import dev.baton.orchestrator.planning.Planner;
import dev.baton.orchestrator.planning.PredictionErrors;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/** How good plans are. */
@Path("/api/planning")
@Tag(name = "Planning", description = "How far predictions are from what is measured.")
@Produces({MediaType.APPLICATION_JSON, Problem.MEDIA_TYPE})
@RunOnVirtualThread
final class PlanningResource {
    private final Planner planner;

    PlanningResource(Planner planner) {
        this.planner = planner;
    }

    @GET
    @Path("errors")
    @Operation(
            summary = "Shows how far predictions were off",
            description =
                    "Per model and term, and in total: median and 90th percentile of |measured - predicted| / measured over the"
                            + " windows that this replica remembers, of the plans that it made. Model * stands for all.")
    @APIResponse(responseCode = "200")
    public List<PredictionErrors.ErrorView> errors() {
        return planner.errors().errors();
    }
}
