package dev.baton.orchestrator.rest;

import dev.baton.orchestrator.catalog.UnknownModelException;
import dev.baton.orchestrator.fleet.NodeName;
import dev.baton.orchestrator.planning.Planner;
import dev.baton.orchestrator.planning.PreferencesDocument;
import dev.baton.orchestrator.planning.Steering;
import dev.baton.orchestrator.planning.SteeringChange;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.PUT;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import java.util.List;
import java.util.Optional;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.RequestBody;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jspecify.annotations.Nullable;

/** What plans are to achieve: objective and constraints, per edge node and model. */
@Path("/api/preferences")
@Tag(name = "Preferences", description = "Objective and constraints per edge node and model; * stands for any of them.")
@Produces({MediaType.APPLICATION_JSON, Problem.MEDIA_TYPE})
@RunOnVirtualThread
final class PreferencesResource {
    private final Planner planner;
    private final Steering steering;

    PreferencesResource(Planner planner, Steering steering) {
        this.planner = planner;
        this.steering = steering;
    }

    /** Preferences and whom they are for. */
    @Schema(description = "Preferences, complete, and for which edge node and model they were set; * stands for any.")
    record SetView(String edgeNode, String model, PreferencesDocument.View preferences) {
        static SetView of(Steering.Set set) {
            return new SetView(set.edgeNode(), set.model(), PreferencesDocument.view(set.preferences()));
        }
    }

    @GET
    @Operation(summary = "Lists preferences that were set", description = "By edge node and model.")
    @APIResponse(responseCode = "200")
    @APIResponse(
            responseCode = "503",
            description = "What was set has not been read from the broker yet.",
            content = @Content(mediaType = Problem.MEDIA_TYPE, schema = @Schema(implementation = Problem.class)))
    public List<SetView> list() {
        planner.requireRecovered();
        return steering.all().stream().map(SetView::of).toList();
    }

    @GET
    @Path("{edge}/{model}")
    @Operation(
            summary = "Shows the preferences in force",
            description =
                    "Those set for exactly this edge node and model, else for the edge node, else for the model, else for all,"
                            + " else the service's own; edgeNode and model say which.")
    @APIResponse(responseCode = "200")
    @APIResponse(
            responseCode = "404",
            description = "There is no such model.",
            content = @Content(mediaType = Problem.MEDIA_TYPE, schema = @Schema(implementation = Problem.class)))
    @APIResponse(
            responseCode = "503",
            description = "What was set has not been read from the broker yet.",
            content = @Content(mediaType = Problem.MEDIA_TYPE, schema = @Schema(implementation = Problem.class)))
    public SetView get(@PathParam("edge") String edge, @PathParam("model") String model) {
        planner.requireRecovered();
        requireNames(edge, model);
        return SetView.of(steering.inForce(edge, model));
    }

    @PUT
    @Path("{edge}/{model}")
    @Consumes(MediaType.APPLICATION_JSON)
    @Operation(
            summary = "Sets preferences",
            description = "Every plan that they are for is looked at again at once. What is left out is as usual.")
    @RequestBody(content = @Content(schema = @Schema(implementation = PreferencesDocument.View.class)))
    @APIResponse(responseCode = "200", content = @Content(schema = @Schema(implementation = SetView.class)))
    @APIResponse(
            responseCode = "400",
            description = "Something in the document makes no sense; field says what.",
            content = @Content(mediaType = Problem.MEDIA_TYPE, schema = @Schema(implementation = Problem.class)))
    @APIResponse(
            responseCode = "404",
            description = "There is no such model.",
            content = @Content(mediaType = Problem.MEDIA_TYPE, schema = @Schema(implementation = Problem.class)))
    @APIResponse(
            responseCode = "413",
            description = "The document is larger than a record that keeps it may be.",
            content = @Content(mediaType = Problem.MEDIA_TYPE, schema = @Schema(implementation = Problem.class)))
    @APIResponse(
            responseCode = "503",
            description = "The broker, where they are kept, does not answer.",
            content = @Content(mediaType = Problem.MEDIA_TYPE, schema = @Schema(implementation = Problem.class)))
    public SetView put(@PathParam("edge") String edge, @PathParam("model") String model, @Nullable String document) {
        requireNames(edge, model);
        if (document == null || document.isBlank()) {
            throw new InvalidRequestException("body", "preferences must be a JSON object");
        }
        var parsed = PreferencesDocument.parse(document, steering.usual());
        planner.steer(new SteeringChange.OfPreferences(edge, model, Optional.of(document)));
        return SetView.of(new Steering.Set(edge, model, parsed));
    }

    @DELETE
    @Path("{edge}/{model}")
    @Operation(summary = "Takes preferences back", description = "Without any nothing happens.")
    @APIResponse(responseCode = "204", description = "There are none for exactly this edge node and model now.")
    @APIResponse(
            responseCode = "503",
            description = "What was set has not been read yet, or the broker, where it is kept, does not answer.",
            content = @Content(mediaType = Problem.MEDIA_TYPE, schema = @Schema(implementation = Problem.class)))
    public void delete(@PathParam("edge") String edge, @PathParam("model") String model) {
        planner.requireRecovered();
        if (steering.set(edge, model).isPresent()) {
            planner.steer(new SteeringChange.OfPreferences(edge, model, Optional.empty()));
        }
    }

    private void requireNames(String edge, String model) {
        if (!edge.equals(Steering.ANY)) {
            try {
                NodeName.require("edge node", edge);
            } catch (IllegalArgumentException unusable) {
                throw new InvalidRequestException("edge", String.valueOf(unusable.getMessage()));
            }
        }
        if (!model.equals(Steering.ANY) && !planner.isModel(model)) {
            throw new UnknownModelException("there is no model \"%s\" in the catalog".formatted(model));
        }
    }
}
