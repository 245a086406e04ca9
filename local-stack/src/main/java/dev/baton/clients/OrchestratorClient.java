package dev.baton.clients;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.datatype.jdk8.Jdk8Module;
import com.fasterxml.jackson.datatype.jsr310.JavaTimeModule;
import dev.baton.console.Json;
import dev.baton.partitioning.graph.ExternalData;
import dev.baton.partitioning.graph.InvalidModelException;
import dev.baton.planning.Preferences;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/** The orchestrator's REST interface. */
public final class OrchestratorClient implements AutoCloseable {

    private static final Duration ANSWER_LIMIT = Duration.ofSeconds(20);
    /** Dividing a large model and proving each split point takes its time. */
    private static final Duration IMPORT_LIMIT = Duration.ofMinutes(30);

    private static final ObjectMapper JSON = JsonMapper.builder()
            .addModule(new Jdk8Module())
            .addModule(new JavaTimeModule())
            .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .build();

    private final URI base;
    private final HttpClient http = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(Duration.ofSeconds(5))
            .build();

    /** For the orchestrator at {@code base}, such as {@code http://127.0.0.1:8080}. */
    public OrchestratorClient(URI base) {
        this.base = URI.create(base.toString().replaceAll("/+$", ""));
    }

    /**
     * Divides a model and adds it to the catalog. The files of external data that it names go along, streamed.
     *
     * @param description JSON, as in {@code <model>.json}
     * @param sample      an encoded picture
     * @throws ServiceRefusedException also when this is no model, or a file that it names is absent or lies elsewhere
     */
    public ModelView importModel(String name, Path onnx, Optional<String> description, Optional<byte[]> sample) {
        String boundary = "baton-" + UUID.randomUUID();
        List<BodyPublisher> parts = new ArrayList<>();
        try {
            parts.add(partHeader(boundary, "model", name + ".onnx", "application/octet-stream"));
            parts.add(BodyPublishers.ofFile(onnx));
            for (Map.Entry<String, Path> file : externalData(onnx).entrySet()) {
                parts.add(partHeader(boundary, "data", file.getKey(), "application/octet-stream"));
                parts.add(BodyPublishers.ofFile(file.getValue()));
            }
        } catch (FileNotFoundException e) {
            throw new IllegalArgumentException("no such file: " + onnx, e);
        }
        description.ifPresent(json -> {
            parts.add(partHeader(boundary, "description", "description.json", "application/json"));
            parts.add(BodyPublishers.ofString(json));
        });
        sample.ifPresent(picture -> {
            parts.add(partHeader(boundary, "sample", "sample.jpg", "application/octet-stream"));
            parts.add(BodyPublishers.ofByteArray(picture));
        });
        parts.add(BodyPublishers.ofString("\r\n--" + boundary + "--\r\n"));
        HttpRequest request = request("/api/models/" + encoded(name), IMPORT_LIMIT)
                .header("Content-Type", "multipart/form-data; boundary=" + boundary)
                .POST(BodyPublishers.concat(parts.toArray(BodyPublisher[]::new)))
                .build();
        return read(send(request), ModelView.class);
    }

    private static Map<String, Path> externalData(Path onnx) {
        try {
            Map<String, Path> files = ExternalData.files(onnx);
            for (String location : files.keySet()) {
                if (location.chars().anyMatch(c -> c == '"' || c == '\\' || Character.isISOControl(c))) {
                    throw new ServiceRefusedException(
                            "%s has external data in '%s': a file name with quotes, backslashes or control characters cannot be sent"
                                    .formatted(onnx.getFileName(), location));
                }
            }
            return files;
        } catch (InvalidModelException e) {
            throw new ServiceRefusedException(String.valueOf(e.getMessage()), e);
        } catch (IOException e) {
            throw new UncheckedIOException("%s cannot be read".formatted(onnx), e);
        }
    }

    private static BodyPublisher partHeader(String boundary, String name, String file, String type) {
        return BodyPublishers.ofString(
                "\r\n--%s\r\nContent-Disposition: form-data; name=\"%s\"; filename=\"%s\"\r\nContent-Type: %s\r\n\r\n"
                        .formatted(boundary, name, file, type));
    }

    public ModelView model(String name) {
        return read(get("/api/models/" + encoded(name)), ModelView.class);
    }

    /** Every model as the orchestrator lists it. */
    public JsonNode models() {
        return tree(get("/api/models"));
    }

    /** Edge nodes and tails as the orchestrator sees them. */
    public JsonNode fleet() {
        return tree(get("/api/fleet"));
    }

    /** Every plan in force, by edge node and model. */
    public List<PlanRow> plans() {
        return List.of(read(get("/api/plans"), PlanRow[].class));
    }

    /** The plan in force, if there is one yet. */
    public Optional<PlanView.Standing> plan(String edge, String model) {
        HttpResponse<String> response =
                exchange(request(planPath(edge, model), ANSWER_LIMIT).GET().build());
        return response.statusCode() == 404
                ? Optional.empty()
                : Optional.of(read(accepted(response), PlanView.Standing.class));
    }

    /**
     * Fixes the placement until {@link #unpin}.
     *
     * @param codec of what crosses; the orchestrator's choice when empty
     */
    public PlanView pin(String edge, String model, String placement, Optional<String> codec) {
        Map<String, String> body = new HashMap<>(Map.of("placement", placement));
        codec.ifPresent(id -> body.put("codec", id));
        PlanView.Standing standing = read(
                send(request(planPath(edge, model) + "/pin", ANSWER_LIMIT)
                        .header("Content-Type", "application/json")
                        .PUT(BodyPublishers.ofString(Json.write(body)))
                        .build()),
                PlanView.Standing.class);
        return standing.plan();
    }

    /** Lets the planner choose again. */
    public void unpin(String edge, String model) {
        send(request(planPath(edge, model) + "/pin", ANSWER_LIMIT).DELETE().build());
    }

    /**
     * The decision behind a plan, and how things stand now.
     *
     * @param at a moment at which it was in force; now when empty
     * @throws ServiceRefusedException also when no decision of then is known
     */
    public Explanation explanation(String edge, String model, Optional<Instant> at) {
        String query = at.map(moment -> "?at=" + encoded(moment.toString())).orElse("");
        return read(get(planPath(edge, model) + "/explanation" + query), Explanation.class);
    }

    /** What is wanted of an edge node's plan for a model; either may be {@link PreferencesView#ANY}. */
    public PreferencesView preferences(String edge, String model) {
        return read(get(preferencesPath(edge, model)), PreferencesView.class);
    }

    /** Sets what is wanted; the planner follows at once. Either name may be {@link PreferencesView#ANY}. */
    public PreferencesView prefer(String edge, String model, Preferences wanted) {
        return read(
                send(request(preferencesPath(edge, model), ANSWER_LIMIT)
                        .header("Content-Type", "application/json")
                        .PUT(BodyPublishers.ofString(Json.write(PreferencesView.Document.of(wanted))))
                        .build()),
                PreferencesView.class);
    }

    /** Takes back what was set for exactly this edge node and model. */
    public void clearPreferences(String edge, String model) {
        send(request(preferencesPath(edge, model), ANSWER_LIMIT).DELETE().build());
    }

    /**
     * Attaches an accuracy profile to the model's current version.
     *
     * @param profile JSON
     */
    public void attachAccuracy(String model, byte[] profile) {
        send(request("/api/models/%s/accuracy".formatted(encoded(model)), ANSWER_LIMIT)
                .header("Content-Type", "application/json")
                .PUT(BodyPublishers.ofByteArray(profile))
                .build());
    }

    private static String planPath(String edge, String model) {
        return "/api/plans/%s/%s".formatted(encoded(edge), encoded(model));
    }

    private static String preferencesPath(String edge, String model) {
        return "/api/preferences/%s/%s".formatted(encoded(edge), encoded(model));
    }

    private String get(String path) {
        return send(request(path, ANSWER_LIMIT).GET().build());
    }

    private HttpRequest.Builder request(String path, Duration limit) {
        return HttpRequest.newBuilder(URI.create(base + path))
                .timeout(limit)
                .header("Accept", "application/json, application/problem+json");
    }

    private String send(HttpRequest request) {
        return accepted(exchange(request));
    }

    private HttpResponse<String> exchange(HttpRequest request) {
        try {
            return http.send(request, BodyHandlers.ofString());
        } catch (IOException e) {
            throw new ServiceUnreachableException(
                    "the orchestrator does not answer at %s (%s): start a stack with './baton up', or name another with --orchestrator"
                            .formatted(base, e),
                    e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ServiceUnreachableException("interrupted while waiting for " + base, e);
        }
    }

    private static String accepted(HttpResponse<String> response) {
        if (response.statusCode() / 100 != 2) {
            throw new ServiceRefusedException(explanation(response));
        }
        return response.body();
    }

    /** What a problem document (RFC 9457) says, or the bare body. */
    private static String explanation(HttpResponse<String> response) {
        try {
            JsonNode problem = JSON.readTree(response.body());
            for (String field : List.of("detail", "title")) {
                if (problem != null && problem.path(field).isTextual()) {
                    return problem.path(field).asText();
                }
            }
        } catch (JsonProcessingException noProblemDocument) {
            // The body itself has to do.
        }
        return "HTTP %d from %s: %s"
                .formatted(
                        response.statusCode(), response.uri(), response.body().strip());
    }

    private static <T> T read(String json, Class<T> type) {
        try {
            return JSON.readValue(json, type);
        } catch (JsonProcessingException e) {
            throw new ServiceRefusedException(
                    "the orchestrator answered what this tool does not understand: " + e.getOriginalMessage(), e);
        }
    }

    private static JsonNode tree(String json) {
        return read(json, JsonNode.class);
    }

    private static String encoded(String segment) {
        return URLEncoder.encode(segment, StandardCharsets.UTF_8).replace("+", "%20");
    }

    @Override
    public void close() {
        http.close();
    }
}
