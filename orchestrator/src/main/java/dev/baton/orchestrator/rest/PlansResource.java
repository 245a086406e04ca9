package dev.baton.orchestrator.rest;

import dev.baton.orchestrator.planning.PlanHistory;
import dev.baton.orchestrator.planning.PlanView;
import dev.baton.orchestrator.planning.Planner;
import dev.baton.orchestrator.planning.Standing;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.DefaultValue;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.PUT;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.MediaType;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jspecify.annotations.Nullable;

/** Plans, why they are as they are, and pins. */
@Path("/api/plans")
@Tag(name = "Plans", description = "Where each edge node divides each model, and why.")
@Produces({MediaType.APPLICATION_JSON, Problem.MEDIA_TYPE})
@RunOnVirtualThread
final class PlansResource {
    private final Planner planner;
    private final PlanHistory history;

    PlansResource(Planner planner, PlanHistory history) {
        this.planner = planner;
        this.history = history;
    }

    /** A plan in force and the latest look at it. */
    @Schema(description = "The plan in force, and how its alternatives are predicted now.")
    record StandingView(
            PlanView plan,

            @Schema(description = "When the alternatives were last ranked.") @Nullable
            Instant evaluatedAt,

            @Schema(description = "Why the plan changed or stayed at the last look.")
            String verdict,

            @Schema(description = "All alternatives as predicted now, best first.")
            List<PlanView.AlternativeView> ranking) {
        static StandingView of(Standing standing) {
            return new StandingView(
                    PlanView.of(standing.plan()),
                    standing.evaluatedAt().orElse(null),
                    standing.verdict(),
                    PlanView.alternatives(standing.ranking()));
        }
    }

    /** What to pin. */
    @Schema(description = "A placement to hold on to, whatever is predicted.")
    record PinRequest(
            @Schema(description = "edge-only, cloud-only or split:N.", required = true, examples = "split:3") @Nullable
            String placement,

            @Schema(description = "Codec of what crosses; by default the best admissible one.", examples = "int8+zstd")
            @Nullable
            String codec) {}

    @GET
    @Operation(summary = "Lists the plans in force", description = "By edge node and model.")
    @APIResponse(responseCode = "200")
    @APIResponse(
            responseCode = "503",
            description = "Earlier plans have not been read from the broker yet.",
            content = @Content(mediaType = Problem.MEDIA_TYPE, schema = @Schema(implementation = Problem.class)))
    public List<PlanView> list() {
        return planner.standings().stream()
                .map(standing -> PlanView.of(standing.plan()))
                .toList();
    }

    @GET
    @Path("{edge}/{model}")
    @Operation(
            summary = "Explains a plan",
            description =
                    "The plan in force with the alternatives and terms it was decided on, and the same as of now.")
    @APIResponse(responseCode = "200")
    @APIResponse(
            responseCode = "404",
            description = "There is no such edge node or model, or no plan yet.",
            content = @Content(mediaType = Problem.MEDIA_TYPE, schema = @Schema(implementation = Problem.class)))
    public StandingView get(@PathParam("edge") String edge, @PathParam("model") String model) {
        return StandingView.of(planner.standing(edge, model));
    }

    @GET
    @Path("{edge}/{model}/history")
    @Operation(summary = "Lists earlier plans", description = "Newest first, the one in force among them.")
    @APIResponse(responseCode = "200")
    @APIResponse(
            responseCode = "400",
            description = "The limit is out of range.",
            content = @Content(mediaType = Problem.MEDIA_TYPE, schema = @Schema(implementation = Problem.class)))
    @APIResponse(
            responseCode = "404",
            description = "There is no such edge node or model, or no plan yet.",
            content = @Content(mediaType = Problem.MEDIA_TYPE, schema = @Schema(implementation = Problem.class)))
    @APIResponse(
            responseCode = "503",
            description = "Redis does not answer.",
            content = @Content(mediaType = Problem.MEDIA_TYPE, schema = @Schema(implementation = Problem.class)))
    public List<PlanView> history(
            @PathParam("edge") String edge,
            @PathParam("model") String model,
            @QueryParam("limit") @DefaultValue("100") String limit) {
        int most = limit(limit);
        planner.standing(edge, model);
        return history.latest(edge, model, most);
    }

    private static int limit(String text) {
        int limit = text.matches("\\d{1,6}") ? Integer.parseInt(text) : 0;
        if (limit < 1 || limit > PlanHistory.LIMIT) {
            throw new InvalidRequestException(
                    "limit", "limit must be 1 to %d, but was \"%s\"".formatted(PlanHistory.LIMIT, text));
        }
        return limit;
    }

    @PUT
    @Path("{edge}/{model}/pin")
    @Consumes(MediaType.APPLICATION_JSON)
    @Operation(
            summary = "Pins a placement",
            description =
                    "Takes effect at once and holds until it is removed, or until a new version of the model lacks it.")
    @APIResponse(responseCode = "200", content = @Content(schema = @Schema(implementation = StandingView.class)))
    @APIResponse(
            responseCode = "400",
            description = "The model has no such placement, or there is no such codec; allowed lists what there is.",
            content = @Content(mediaType = Problem.MEDIA_TYPE, schema = @Schema(implementation = Problem.class)))
    @APIResponse(
            responseCode = "404",
            description = "There is no such edge node or model.",
            content = @Content(mediaType = Problem.MEDIA_TYPE, schema = @Schema(implementation = Problem.class)))
    public StandingView pin(
            @PathParam("edge") String edge, @PathParam("model") String model, @Nullable PinRequest request) {
        if (request == null || request.placement() == null) {
            throw new InvalidRequestException(
                    "placement", "a pin must name a placement: edge-only, cloud-only or split:N");
        }
        return StandingView.of(planner.pin(edge, model, request.placement(), Optional.ofNullable(request.codec())));
    }

    @DELETE
    @Path("{edge}/{model}/pin")
    @Operation(summary = "Removes a pin", description = "The planner chooses again. Without a pin nothing happens.")
    @APIResponse(responseCode = "204", description = "There is no pin now.")
    @APIResponse(
            responseCode = "404",
            description = "There is no such edge node or model.",
            content = @Content(mediaType = Problem.MEDIA_TYPE, schema = @Schema(implementation = Problem.class)))
    public void unpin(@PathParam("edge") String edge, @PathParam("model") String model) {
        planner.unpin(edge, model);
    }
}
