package dev.baton.orchestrator.rest;

import dev.baton.orchestrator.planning.DecisionHistory;
import dev.baton.orchestrator.planning.DecisionSource;
import dev.baton.orchestrator.planning.DecisionView;
import dev.baton.orchestrator.planning.HistoryUnavailableException;
import dev.baton.orchestrator.planning.MeasuredView;
import dev.baton.orchestrator.planning.Plan;
import dev.baton.orchestrator.planning.PlanDecision;
import dev.baton.orchestrator.planning.PlanRow;
import dev.baton.orchestrator.planning.PlanRows;
import dev.baton.orchestrator.planning.PlanView;
import dev.baton.orchestrator.planning.Planner;
import dev.baton.orchestrator.planning.Standing;
import dev.baton.orchestrator.planning.UnknownPlanException;
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
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.format.DateTimeParseException;
import java.util.List;
import java.util.Optional;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;
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
    private final PlanRows rows;
    private final DecisionHistory history;
    private final InstantSource clock;

    PlansResource(Planner planner, PlanRows rows, DecisionHistory history, InstantSource clock) {
        this.planner = planner;
        this.rows = rows;
        this.history = history;
        this.clock = clock;
    }

    /** A plan in force and the latest look at it. */
    @Schema(description = "The plan in force, and how its alternatives are predicted now.")
    record StandingView(
            PlanView plan,

            @Schema(
                    description =
                            "Whether this replica plans for the edge node; otherwise only the plan is known here, and plan.planner"
                                    + " names the replica that made it.")
            boolean here,

            @Schema(description = "When the alternatives were last ranked.") @Nullable
            Instant evaluatedAt,

            @Schema(description = "Why the plan changed or stayed at the last look.")
            String verdict,

            @Schema(description = "All alternatives as predicted now, best first.")
            List<PlanView.AlternativeView> ranking,

            @Schema(description = "What the edge node measured last under this plan.") @Nullable
            MeasuredView measured,

            @Schema(description = "What is known now: link, requests, tails.")
            List<PlanDecision.Input> inputs) {
        static StandingView of(Standing standing) {
            return new StandingView(
                    PlanView.of(standing.plan()),
                    standing.here(),
                    standing.evaluatedAt().orElse(null),
                    standing.verdict(),
                    PlanView.alternatives(standing.ranking()),
                    MeasuredView.of(standing).orElse(null),
                    standing.inputs());
        }
    }

    /** A decision, and how things stand now. */
    @Schema(description = "The decision in force at a moment, and how things stand now.")
    record ExplanationView(
            @Schema(description = "What was decided, on what, and what it replaced.")
            DecisionView decision,

            @Schema(description = "Whether it is still in force.")
            boolean inForce,

            @Schema(description = "The plan in force now.") StandingView now) {}

    /** What to pin. */
    @Schema(description = "A placement to hold on to, whatever is predicted.")
    record PinRequest(
            @Schema(description = "edge-only, cloud-only or split:N.", required = true, examples = "split:3") @Nullable
            String placement,

            @Schema(description = "Codec of what crosses; by default the best admissible one.", examples = "int8+zstd")
            @Nullable
            String codec) {}

    @GET
    @Operation(
            summary = "Lists the plans in force",
            description =
                    "By edge node and model, of the whole fleet whichever replica is asked; measurements of those that other"
                            + " replicas plan for as long as Redis answers.")
    @APIResponse(responseCode = "200")
    @APIResponse(
            responseCode = "503",
            description = "Earlier plans have not been read from the broker yet.",
            content = @Content(mediaType = Problem.MEDIA_TYPE, schema = @Schema(implementation = Problem.class)))
    public List<PlanRow> list() {
        return rows.all();
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
    @APIResponse(
            responseCode = "503",
            description = "Earlier plans have not been read from the broker yet.",
            content = @Content(mediaType = Problem.MEDIA_TYPE, schema = @Schema(implementation = Problem.class)))
    public StandingView get(@PathParam("edge") String edge, @PathParam("model") String model) {
        return StandingView.of(planner.standing(edge, model));
    }

    @GET
    @Path("{edge}/{model}/explanation")
    @Operation(
            summary = "Explains a decision",
            description =
                    "The decision in force now or at a moment: its trigger, the plan it replaced, what was known, and every alternative"
                            + " with its terms and what rules it out; and how things stand now.")
    @APIResponse(responseCode = "200")
    @APIResponse(
            responseCode = "400",
            description = "The moment is no instant.",
            content = @Content(mediaType = Problem.MEDIA_TYPE, schema = @Schema(implementation = Problem.class)))
    @APIResponse(
            responseCode = "404",
            description = "There is no such edge node or model, or no decision as old as this is known.",
            content = @Content(mediaType = Problem.MEDIA_TYPE, schema = @Schema(implementation = Problem.class)))
    @APIResponse(
            responseCode = "503",
            description = "Neither Redis nor the broker answers.",
            content = @Content(mediaType = Problem.MEDIA_TYPE, schema = @Schema(implementation = Problem.class)))
    public ExplanationView explanation(
            @PathParam("edge") String edge,
            @PathParam("model") String model,
            @Parameter(description = "An instant such as 2026-11-24T10:15:30Z; by default now.")
                    @QueryParam("at")
                    @Nullable
                    String at) {
        Standing standing = planner.standing(edge, model);
        Instant inForceSince = standing.plan().decidedAt();
        DecisionView decision = Optional.ofNullable(at)
                .map(this::instant)
                .filter(moment -> moment.isBefore(inForceSince))
                .map(moment -> decisionAt(edge, model, moment))
                .orElseGet(() -> inForce(standing));
        return new ExplanationView(
                decision, decision.plan().epoch() == standing.plan().epoch(), StandingView.of(standing));
    }

    /** The decision behind the plan in force; where its record is not known, the plan alone. */
    private DecisionView inForce(Standing standing) {
        Plan plan = standing.plan();
        try {
            return history.of(plan).orElseGet(() -> DecisionView.unrecorded(plan));
        } catch (HistoryUnavailableException away) {
            return DecisionView.unrecorded(
                    plan); // what is in force is known all the same, if not on what it was decided
        }
    }

    private DecisionView decisionAt(String edge, String model, Instant at) {
        return history.at(edge, model, at)
                .orElseThrow(() -> new UnknownPlanException(
                        "no decision for %s on %s that was in force at %s is known".formatted(model, edge, at)));
    }

    private Instant instant(String text) {
        try {
            Instant at = Instant.parse(text);
            if (at.isAfter(clock.instant().plus(Duration.ofMinutes(1)))) {
                throw new InvalidRequestException("at", "at must not lie in the future, but was " + text);
            }
            return at;
        } catch (DateTimeParseException malformed) {
            throw new InvalidRequestException(
                    "at", "at must be an instant such as 2026-11-24T10:15:30Z, but was \"%s\"".formatted(text));
        }
    }

    @GET
    @Path("{edge}/{model}/history")
    @Operation(summary = "Lists decisions", description = "Newest first, the one in force among them.")
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
            description = "Neither Redis nor the broker answers.",
            content = @Content(mediaType = Problem.MEDIA_TYPE, schema = @Schema(implementation = Problem.class)))
    public List<DecisionView> history(
            @PathParam("edge") String edge,
            @PathParam("model") String model,
            @QueryParam("limit") @DefaultValue("20") String limit) {
        int most = limit(limit);
        planner.standing(edge, model);
        return history.latest(edge, model, most);
    }

    private static int limit(String text) {
        int limit = text.matches("\\d{1,6}") ? Integer.parseInt(text) : 0;
        if (limit < 1 || limit > DecisionSource.LIMIT) {
            throw new InvalidRequestException(
                    "limit", "limit must be 1 to %d, but was \"%s\"".formatted(DecisionSource.LIMIT, text));
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
    @APIResponse(
            responseCode = "503",
            description = "Earlier plans have not been read yet, or the broker, where pins are kept, does not answer.",
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
    @APIResponse(
            responseCode = "503",
            description = "Earlier plans have not been read yet, or the broker, where pins are kept, does not answer.",
            content = @Content(mediaType = Problem.MEDIA_TYPE, schema = @Schema(implementation = Problem.class)))
    public void unpin(@PathParam("edge") String edge, @PathParam("model") String model) {
        planner.unpin(edge, model);
    }
}
