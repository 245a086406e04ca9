package dev.baton.openinference.rest;

import com.google.protobuf.ByteString;
import com.google.protobuf.Message;
import dev.baton.openinference.Deadline;
import dev.baton.openinference.RequestRefusedException;
import dev.baton.openinference.protocol.ErrorContract;
import dev.baton.openinference.protocol.InferenceCalls;
import dev.baton.openinference.protocol.OpenInference;
import dev.baton.openinference.protocol.Reply;
import dev.baton.schemas.inference.ModelInferRequest;
import dev.baton.schemas.inference.RepositoryIndexResponse.ModelIndex;
import java.net.URLDecoder;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

/** The Open Inference Protocol over HTTP: which path and verb asks what. */
public final class RestApi {

    /** Where binary tensors follow, how long the JSON before them is. */
    static final String JSON_LENGTH = "Inference-Header-Content-Length";

    private static final String ROOT = "v2";

    private final OpenInference protocol;
    private final InferenceCalls calls;
    private final RestErrors errors;
    private final RestLimits limits;
    private final LongSupplier nanoTicker;

    public RestApi(
            OpenInference protocol,
            InferenceCalls calls,
            ErrorContract errors,
            RestLimits limits,
            LongSupplier nanoTicker) {
        this.protocol = protocol;
        this.calls = calls;
        this.errors = new RestErrors(errors);
        this.limits = limits;
        this.nanoTicker = nanoTicker;
    }

    public RestLimits limits() {
        return limits;
    }

    /** Begins to answer and returns at once; {@code answer} is called once, on any thread. */
    public InferenceCalls.Call handle(RestRequest request, Consumer<RestResponse> answer) {
        long arrived = nanoTicker.getAsLong();
        return calls.begin(
                request.method() + " " + request.path(),
                inTime -> compressed(request, answer(request, arrived, inTime)),
                new Reply<RestResponse>() {
                    @Override
                    public void give(RestResponse response) {
                        answer.accept(response);
                    }

                    @Override
                    public void refuse(RequestRefusedException refused) {
                        answer.accept(errors.of(refused));
                    }
                });
    }

    /** A body of more bytes than the limit, which nobody read. */
    public RestResponse tooLarge() {
        return errors.of(RestLimits.tooLarge(limits.maxBodyBytes()));
    }

    private static RestResponse compressed(RestRequest request, RestResponse response) {
        Optional<Compression> compression = request.header("accept-encoding").flatMap(Compression::accepted);
        if (compression.isEmpty() || response.body().isEmpty()) {
            return response;
        }
        Map<String, String> headers = new HashMap<>(response.headers());
        headers.put(Compression.CONTENT_ENCODING, compression.get().id());
        return new RestResponse(response.status(), headers, compression.get().compressed(response.body()));
    }

    private RestResponse answer(RestRequest request, long arrived, Consumer<Deadline> inTime)
            throws InterruptedException {
        List<String> path = Arrays.stream(request.path().split("/"))
                .skip(1) // before the first slash
                .map(RestApi::decoded)
                .toList();
        if (path.isEmpty() || !path.getFirst().equals(ROOT)) {
            return errors.noSuchPath(request);
        }
        List<String> rest = path.subList(1, path.size());
        if (rest.isEmpty()) {
            return onGet(request, () -> json(protocol.serverMetadata()));
        }
        return switch (rest.getFirst()) {
            case "health" -> health(request, rest);
            case "models" -> models(request, rest, arrived, inTime);
            case "repository" -> repository(request, rest);
            case "systemsharedmemory", "cudasharedmemory", "trace", "logging" ->
                throw OpenInference.notSupported("%s is not offered here".formatted(request.path()));
            default -> errors.noSuchPath(request);
        };
    }

    private static String decoded(String segment) {
        try {
            return URLDecoder.decode(segment.replace("+", "%2B"), StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            throw RequestRefusedException.invalid("path", "'%s' is not percent-encoded".formatted(segment));
        }
    }

    private RestResponse health(RestRequest request, List<String> path) throws InterruptedException {
        return switch (String.join("/", path)) {
            case "health/live" -> onGet(request, () -> flag(200, "live", true));
            case "health/ready" -> onGet(request, () -> ready("ready", protocol.isReady()));
            default -> errors.noSuchPath(request);
        };
    }

    private static RestResponse ready(String name, boolean ready) {
        return flag(ready ? 200 : 503, name, ready);
    }

    private static RestResponse flag(int status, String name, boolean value) {
        return RestResponse.json(status, ByteString.copyFromUtf8("{\"%s\":%s}".formatted(name, value)));
    }

    /** {@code models}, {@code models/stats}, {@code models/NAME[/versions/VERSION][/WHAT]}. */
    private RestResponse models(RestRequest request, List<String> path, long arrived, Consumer<Deadline> inTime)
            throws InterruptedException {
        if (path.size() == 1) {
            return onGet(request, this::names);
        }
        if (path.size() == 2 && path.get(1).equals("stats")) {
            return onGet(request, () -> json(protocol.statistics("", "")));
        }
        boolean versioned = path.size() >= 4 && path.get(2).equals("versions");
        String model = path.get(1);
        String version = versioned ? path.get(3) : "";
        List<String> what = path.subList(versioned ? 4 : 2, path.size());
        return switch (String.join("/", what)) {
            case "" -> onGet(request, () -> json(protocol.metadata(model, version)));
            case "ready" -> onGet(request, () -> modelReady(model, version));
            case "config" ->
                onGet(request, () -> json(protocol.config(model, version).getConfig()));
            case "stats" -> onGet(request, () -> json(protocol.statistics(model, version)));
            case "infer" -> on("POST", request, () -> infer(request, model, version, arrived, inTime));
            case "generate", "generate_stream" ->
                throw OpenInference.notSupported("text is not generated here; see %s/infer".formatted(model));
            default -> errors.noSuchPath(request);
        };
    }

    private RestResponse modelReady(String model, String version) {
        boolean ready = protocol.isReady(model, version);
        return RestResponse.json(ready ? 200 : 503, Json.write(json -> {
            json.writeStartObject();
            json.writeStringField("name", model);
            json.writeBooleanField("ready", ready);
            json.writeEndObject();
        }));
    }

    private RestResponse names() {
        return RestResponse.json(200, Json.write(json -> {
            json.writeStartObject();
            json.writeArrayFieldStart("models");
            for (ModelIndex model : protocol.index(false).getModelsList()) {
                json.writeString(model.getName());
            }
            json.writeEndArray();
            json.writeEndObject();
        }));
    }

    private RestResponse infer(RestRequest http, String model, String version, long arrived, Consumer<Deadline> inTime)
            throws InterruptedException {
        ByteBuffer body = body(http);
        Optional<Integer> jsonBytes =
                http.header(JSON_LENGTH.toLowerCase(Locale.ROOT)).map(RestApi::jsonLength);
        ModelInferRequest.Builder read = jsonBytes.filter(length -> length == 0).isPresent()
                ? RawInfer.read(body, protocol.describe(model, version))
                : InferBodyReader.read(body, jsonBytes.orElse(body.remaining()));
        ModelInferRequest request =
                read.setModelName(model).setModelVersion(version).build();
        return InferBodyWriter.write(request, protocol.infer(request, Optional.empty(), arrived, inTime));
    }

    private ByteBuffer body(RestRequest request) {
        return request.header("content-encoding")
                .map(encoding -> Compression.decompressed(request.body(), encoding, limits.maxBodyBytes()))
                .orElse(request.body());
    }

    private static int jsonLength(String header) {
        if (!header.trim().matches("[0-9]{1,9}")) {
            throw RequestRefusedException.invalid(
                    JSON_LENGTH, "%s is '%s'; expected a number of bytes".formatted(JSON_LENGTH, header));
        }
        return Integer.parseInt(header.trim());
    }

    private RestResponse repository(RestRequest request, List<String> path) throws InterruptedException {
        if (path.equals(List.of("repository", "index"))) {
            return on(
                    "POST",
                    request,
                    () -> index(RepositoryBody.read(body(request)).onlyReady()));
        }
        if (path.size() == 4 && path.get(1).equals("models")) {
            String model = path.get(2);
            if (path.get(3).equals("load")) {
                return on("POST", request, () -> {
                    protocol.load(model, RepositoryBody.read(body(request)).hasParameters());
                    return RestResponse.json(200, ByteString.EMPTY);
                });
            }
            if (path.get(3).equals("unload")) {
                return on("POST", request, () -> {
                    protocol.unload(model);
                    return RestResponse.json(200, ByteString.EMPTY);
                });
            }
        }
        return errors.noSuchPath(request);
    }

    private RestResponse index(boolean onlyReady) {
        return RestResponse.json(200, Json.write(json -> {
            json.writeStartArray();
            for (ModelIndex model : protocol.index(onlyReady).getModelsList()) {
                ProtoJson.write(json, model);
            }
            json.writeEndArray();
        }));
    }

    private static RestResponse json(Message message) {
        return RestResponse.json(200, Json.write(json -> ProtoJson.write(json, message)));
    }

    private interface Answer {
        RestResponse give() throws InterruptedException;
    }

    private RestResponse onGet(RestRequest request, Answer answer) throws InterruptedException {
        return on("GET", request, answer);
    }

    private RestResponse on(String method, RestRequest request, Answer answer) throws InterruptedException {
        return request.method().equals(method) ? answer.give() : errors.wrongMethod(request, method);
    }
}
