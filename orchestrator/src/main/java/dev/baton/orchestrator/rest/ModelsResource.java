package dev.baton.orchestrator.rest;

import com.fasterxml.jackson.databind.JsonMappingException;
import dev.baton.orchestrator.catalog.CatalogEntry;
import dev.baton.orchestrator.catalog.DataFile;
import dev.baton.orchestrator.catalog.ImportedModel;
import dev.baton.orchestrator.catalog.ModelCatalog;
import dev.baton.orchestrator.catalog.ModelImport;
import dev.baton.orchestrator.catalog.ModelRefusedException;
import dev.baton.orchestrator.catalog.UnknownModelException;
import dev.baton.orchestrator.planning.Planner;
import dev.baton.orchestrator.planning.SteeringChange;
import dev.baton.partitioning.accuracy.AccuracyProfile;
import dev.baton.partitioning.divide.ModelDescription;
import dev.baton.planning.ModelVersion;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.PUT;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.UriInfo;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.enums.SchemaType;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.RequestBody;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jboss.resteasy.reactive.server.multipart.FormValue;
import org.jboss.resteasy.reactive.server.multipart.MultipartFormDataInput;
import org.jspecify.annotations.Nullable;

/** The models of the catalog. */
@Path("/api/models")
@Tag(name = "Models", description = "What edge nodes and tails may load.")
@Produces({MediaType.APPLICATION_JSON, Problem.MEDIA_TYPE})
@RunOnVirtualThread
final class ModelsResource {
    private static final Set<String> PARTS = Set.of("model", "data", "description", "sample");

    /** Large enough for any camera's picture and for the labels of any classifier. */
    private static final long MAX_SMALL_PART_BYTES = 64L * 1024 * 1024;

    private final ModelCatalog catalog;
    private final Planner planner;

    /** The parts of an import, for its description. */
    @Schema(description = "A model to import.")
    record ModelForm(
            @Schema(
                    description = "The ONNX file, with the weights that it does not keep in external data.",
                    type = SchemaType.STRING,
                    format = "binary",
                    required = true)
            String model,

            @Schema(
                    description =
                            "One part for each file of external data; file name: its location as the ONNX file names it,"
                                    + " relative, with / between directories.",
                    type = SchemaType.ARRAY,
                    implementation = BinaryFile.class)
            List<String> data,

            @Schema(
                    description = "JSON: how a picture becomes the input, what the answer means.",
                    examples = "{\"output\":{\"tensor\":\"reading\",\"kind\":\"regression\"}}")
            String description,

            @Schema(
                    description = "A JPEG or PNG to probe with; needs a description with image.",
                    type = SchemaType.STRING,
                    format = "binary")
            String sample) {}

    /** What a part that is a file looks like. */
    @Schema(type = SchemaType.STRING, format = "binary")
    interface BinaryFile {}

    ModelsResource(ModelCatalog catalog, Planner planner) {
        this.catalog = catalog;
        this.planner = planner;
    }

    @GET
    @Operation(summary = "Lists the models of the catalog", description = "By name, each with its split points.")
    @APIResponse(responseCode = "200")
    @APIResponse(
            responseCode = "503",
            description = "The catalog has not been read from the broker yet.",
            content = @Content(mediaType = Problem.MEDIA_TYPE, schema = @Schema(implementation = Problem.class)))
    public List<ModelView> list() {
        return catalog.entries().stream()
                .map(entry -> ModelView.of(entry, catalog.splitPackage(entry)))
                .toList();
    }

    @GET
    @Path("{name}")
    @Operation(summary = "Shows a model", description = "Its version, package, split points and those kept out.")
    @APIResponse(responseCode = "200")
    @APIResponse(
            responseCode = "404",
            description = "There is no such model.",
            content = @Content(mediaType = Problem.MEDIA_TYPE, schema = @Schema(implementation = Problem.class)))
    public ModelView get(@PathParam("name") String name) {
        return catalog.entry(name)
                .map(entry -> ModelView.of(entry, catalog.splitPackage(entry)))
                .orElseThrow(
                        () -> new UnknownModelException("there is no model \"%s\" in the catalog".formatted(name)));
    }

    @PUT
    @Path("{name}/accuracy")
    @Consumes(MediaType.APPLICATION_JSON)
    @Operation(
            summary = "Says what codecs do to a model's answers",
            description =
                    "An accuracy profile, as ./baton evaluate writes it. From now on it stands for what was measured at import;"
                            + " plans are looked at again.")
    @APIResponse(responseCode = "204", description = "It is in use.")
    @APIResponse(
            responseCode = "400",
            description = "It is no accuracy profile, or one of another model or version.",
            content = @Content(mediaType = Problem.MEDIA_TYPE, schema = @Schema(implementation = Problem.class)))
    @APIResponse(
            responseCode = "404",
            description = "There is no such model.",
            content = @Content(mediaType = Problem.MEDIA_TYPE, schema = @Schema(implementation = Problem.class)))
    @APIResponse(
            responseCode = "503",
            description = "The broker, where it is kept, does not answer.",
            content = @Content(mediaType = Problem.MEDIA_TYPE, schema = @Schema(implementation = Problem.class)))
    public void putAccuracy(@PathParam("name") String name, @Nullable String document) {
        CatalogEntry entry = catalog.entry(name)
                .orElseThrow(() -> new UnknownModelException("there is no model \"%s\"".formatted(name)));
        AccuracyProfile profile = accuracy(document == null ? "" : document);
        if (!profile.version().equals(entry.version())) {
            throw new InvalidRequestException(
                    "version",
                    "the profile is of version %s, but the current version of %s is %s: evaluate that one"
                            .formatted(profile.version(), name, entry.version()));
        }
        planner.steer(
                new SteeringChange.OfAccuracy(new ModelVersion(name, entry.version()), Optional.ofNullable(document)));
    }

    private static AccuracyProfile accuracy(String document) {
        try {
            return AccuracyProfile.parse(document.getBytes(StandardCharsets.UTF_8));
        } catch (IllegalArgumentException none) {
            throw new InvalidRequestException("body", String.valueOf(none.getMessage()));
        }
    }

    @POST
    @Path("{name}")
    @Consumes(MediaType.MULTIPART_FORM_DATA)
    @Operation(
            summary = "Imports a model",
            description =
                    "Divides an ONNX model, checks every split point against the whole, and gives the package out."
                            + " The same parts give the same version; nothing is done twice.")
    @RequestBody(
            content =
                    @Content(
                            mediaType = MediaType.MULTIPART_FORM_DATA,
                            schema = @Schema(implementation = ModelForm.class)))
    @APIResponse(
            responseCode = "201",
            description = "The model is in the catalog.",
            content = @Content(schema = @Schema(implementation = ModelView.class)))
    @APIResponse(
            responseCode = "200",
            description = "This very model was in the catalog already.",
            content = @Content(schema = @Schema(implementation = ModelView.class)))
    @APIResponse(
            responseCode = "400",
            description = "Not a model that can be divided; field says which part is wrong.",
            content = @Content(mediaType = Problem.MEDIA_TYPE, schema = @Schema(implementation = Problem.class)))
    @APIResponse(
            responseCode = "409",
            description = "An import of this model is running.",
            content = @Content(mediaType = Problem.MEDIA_TYPE, schema = @Schema(implementation = Problem.class)))
    @APIResponse(
            responseCode = "413",
            description = "The model is too large, external data included.",
            content = @Content(mediaType = Problem.MEDIA_TYPE, schema = @Schema(implementation = Problem.class)))
    @APIResponse(
            responseCode = "503",
            description = "The broker does not answer.",
            content = @Content(mediaType = Problem.MEDIA_TYPE, schema = @Schema(implementation = Problem.class)))
    public Response importModel(@PathParam("name") String name, MultipartFormDataInput form, UriInfo uri)
            throws ModelRefusedException, IOException {
        for (String part : form.getValues().keySet()) {
            if (!PARTS.contains(part)) {
                throw new InvalidRequestException(
                        part,
                        "there is no part \"%s\"; the parts are model, data, description and sample".formatted(part));
            }
        }
        FormValue model = part(form, "model")
                .filter(FormValue::isFileItem)
                .orElseThrow(() -> new InvalidRequestException(
                        "model", "the part \"model\" must carry an ONNX file with a file name, but there is none"));
        ModelDescription description = description(part(form, "description"));
        Optional<FormValue> sample = part(form, "sample");
        ImportedModel imported = catalog.importModel(new ModelImport(
                name,
                model.getFileItem().getFile(),
                dataFiles(form),
                description,
                sample.isPresent() ? Optional.of(bytes("sample", sample.get())) : Optional.empty()));
        ModelView view = ModelView.of(imported.entry(), Optional.of(imported.splitPackage()));
        return imported.isNew()
                ? Response.created(uri.getAbsolutePath()).entity(view).build()
                : Response.ok(view).build();
    }

    private static List<DataFile> dataFiles(MultipartFormDataInput form) {
        List<DataFile> files = new ArrayList<>();
        for (FormValue value : form.getValues().getOrDefault("data", List.of())) {
            if (!value.isFileItem() || value.getFileName() == null) {
                throw new InvalidRequestException(
                        "data",
                        "each part \"data\" must carry a file with the file name that the model has for it, but one does not");
            }
            files.add(new DataFile(value.getFileName(), value.getFileItem().getFile()));
        }
        return files;
    }

    private static ModelDescription description(Optional<FormValue> part) throws IOException {
        if (part.isEmpty()) {
            return ModelDescription.none();
        }
        byte[] json = bytes("description", part.get());
        try {
            return ModelDescription.parse(json);
        } catch (IOException | IllegalArgumentException refused) {
            String message = refused.getMessage() == null ? refused.toString() : refused.getMessage();
            throw new InvalidRequestException(
                    "description",
                    fieldOf(refused).map(field -> field + ": " + message).orElse(message));
        }
    }

    /** The field that a JSON reader stumbled over, as in {@code image.width}. */
    private static Optional<String> fieldOf(Exception refused) {
        return refused.getCause() instanceof JsonMappingException mapping
                ? Optional.of(JsonPaths.of(mapping)).filter(path -> !path.isEmpty())
                : Optional.empty();
    }

    private static Optional<FormValue> part(MultipartFormDataInput form, String name) {
        Collection<FormValue> values = form.getValues().getOrDefault(name, List.of());
        if (values.size() > 1) {
            throw new InvalidRequestException(
                    name, "the part \"%s\" must be given once, but was given %d times".formatted(name, values.size()));
        }
        return values.stream().findFirst();
    }

    private static byte[] bytes(String name, FormValue value) throws IOException {
        if (!value.isFileItem()) {
            return value.getValue().getBytes(StandardCharsets.UTF_8);
        }
        long size = value.getFileItem().getFileSize();
        if (size > MAX_SMALL_PART_BYTES) {
            throw new InvalidRequestException(
                    name,
                    "the part \"%s\" has %d bytes; at most %d are taken".formatted(name, size, MAX_SMALL_PART_BYTES));
        }
        return Files.readAllBytes(value.getFileItem().getFile());
    }
}
