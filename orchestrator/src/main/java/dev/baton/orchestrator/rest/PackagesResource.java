package dev.baton.orchestrator.rest;

import dev.baton.orchestrator.catalog.PackageStore;
import dev.baton.orchestrator.catalog.PackageStore.PackageFile;
import dev.baton.orchestrator.catalog.UnknownModelException;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.HEAD;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.util.Arrays;
import java.util.Optional;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.enums.SchemaType;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jboss.resteasy.reactive.PathPart;
import org.jspecify.annotations.Nullable;

/** Files of split packages. They never change, so they may be kept for ever. */
@Path("/packages")
@Tag(name = "Packages", description = "Files of split packages, by the version of the model.")
@RunOnVirtualThread
final class PackagesResource {
    private final PackageStore packages;

    PackagesResource(PackageStore packages) {
        this.packages = packages;
    }

    @GET
    @Path("{version}/{file}")
    @Operation(
            summary = "Gives a file of a package",
            description = "manifest.json, and every file that it lists. One range of bytes may be asked for.")
    @APIResponse(
            responseCode = "200",
            description = "The whole file.",
            content =
                    @Content(
                            mediaType = MediaType.APPLICATION_OCTET_STREAM,
                            schema = @Schema(type = SchemaType.STRING, format = "binary")))
    @APIResponse(responseCode = "206", description = "The range that was asked for.")
    @APIResponse(responseCode = "304", description = "The file that the client has.")
    @APIResponse(
            responseCode = "404",
            description = "There is no such package, or it has no such file.",
            content = @Content(mediaType = Problem.MEDIA_TYPE, schema = @Schema(implementation = Problem.class)))
    @APIResponse(
            responseCode = "416",
            description = "The range lies outside the file.",
            content = @Content(mediaType = Problem.MEDIA_TYPE, schema = @Schema(implementation = Problem.class)))
    public Response get(
            @PathParam("version") String version,
            @PathParam("file") String name,
            @HeaderParam("Range") @Nullable String range,
            @HeaderParam("If-Range") @Nullable String ifRange,
            @HeaderParam("If-None-Match") @Nullable String ifNoneMatch) {
        PackageFile file = file(version, name);
        String tag = tag(file);
        if (ifNoneMatch != null && matches(ifNoneMatch, tag)) {
            return describing(Response.notModified(), tag).build();
        }
        Optional<ByteRange> wanted = range == null || (ifRange != null && !ifRange.equals(tag))
                ? Optional.empty()
                : ByteRange.parse(range, file.bytes());
        if (wanted.isEmpty()) {
            return describing(Response.ok(new PathPart(file.path(), 0, file.bytes())), tag)
                    .build();
        }
        ByteRange part = wanted.get();
        if (!part.isSatisfiable()) {
            Response.StatusType status = Response.Status.REQUESTED_RANGE_NOT_SATISFIABLE;
            return Response.status(status)
                    .type(Problem.MEDIA_TYPE)
                    .header("Content-Range", "bytes */" + file.bytes())
                    .entity(Problem.of(status, "%s has %d bytes; %s lies outside".formatted(name, file.bytes(), range)))
                    .build();
        }
        return describing(
                        Response.status(Response.Status.PARTIAL_CONTENT)
                                .entity(new PathPart(file.path(), part.first(), part.length()))
                                .header(
                                        "Content-Range",
                                        "bytes %d-%d/%d".formatted(part.first(), part.last(), file.bytes())),
                        tag)
                .build();
    }

    @HEAD
    @Path("{version}/{file}")
    @Operation(hidden = true)
    public Response head(@PathParam("version") String version, @PathParam("file") String name) {
        PackageFile file = file(version, name);
        return describing(Response.ok(), tag(file))
                .header(HttpHeaders.CONTENT_LENGTH, file.bytes())
                .build();
    }

    private PackageFile file(String version, String name) {
        return packages.file(version, name)
                .orElseThrow(() -> new UnknownModelException(
                        "there is no package %s with a file \"%s\"".formatted(version, name)));
    }

    private static String tag(PackageFile file) {
        return "\"" + file.sha256() + "\"";
    }

    private static Response.ResponseBuilder describing(Response.ResponseBuilder response, String tag) {
        return response.type(MediaType.APPLICATION_OCTET_STREAM)
                .header(HttpHeaders.ETAG, tag)
                .header("Accept-Ranges", "bytes")
                .header(HttpHeaders.CACHE_CONTROL, "public, max-age=31536000, immutable");
    }

    private static boolean matches(String ifNoneMatch, String tag) {
        return ifNoneMatch.equals("*")
                || Arrays.stream(ifNoneMatch.split(",", -1))
                        .map(String::strip)
                        .map(given -> given.startsWith("W/") ? given.substring(2) : given)
                        .anyMatch(tag::equals);
    }
}
