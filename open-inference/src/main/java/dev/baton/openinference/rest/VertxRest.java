package dev.baton.openinference.rest;

import dev.baton.openinference.protocol.InferenceCalls;
import io.vertx.core.Context;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;

/** Puts the protocol on a Vert.x router. Requests are read and answered on the event loop, and worked on elsewhere. */
public final class VertxRest {

    private final RestApi api;

    private VertxRest(RestApi api) {
        this.api = api;
    }

    /** Everything under {@code /v2} is {@code api}'s. */
    public static void mount(Router router, RestApi api) {
        VertxRest rest = new VertxRest(api);
        router.route("/v2").handler(rest::read);
        router.route("/v2/*").handler(rest::read);
    }

    private void read(RoutingContext routing) {
        HttpServerRequest request = routing.request();
        CollectedBody body = new CollectedBody(api.limits().maxBodyBytes(), claimedLength(request));
        request.handler(chunk -> {
            if (!body.add(chunk)) {
                request.handler(_ -> {}); // the rest is read and forgotten, so that the client comes to read the answer
                request.endHandler(_ -> {});
                send(routing, api.tooLarge());
            }
        });
        request.endHandler(_ -> handle(routing, body.content()));
        request.resume();
    }

    private static long claimedLength(HttpServerRequest request) {
        String length = request.getHeader("Content-Length");
        return length != null && length.matches("[0-9]{1,18}") ? Long.parseLong(length) : -1;
    }

    private void handle(RoutingContext routing, ByteBuffer body) {
        Map<String, String> headers = new HashMap<>();
        routing.request().headers().forEach((name, value) -> headers.putIfAbsent(name.toLowerCase(Locale.ROOT), value));
        Context loop = routing.vertx().getOrCreateContext();
        InferenceCalls.Call call = api.handle(
                new RestRequest(
                        routing.request().method().name(), routing.request().path(), headers, body),
                response -> loop.runOnContext(_ -> send(routing, response)));
        routing.response().closeHandler(_ -> call.cancel()); // the client is gone, or has its answer
        if (routing.response().closed()) {
            call.cancel();
        }
    }

    private static void send(RoutingContext routing, RestResponse response) {
        HttpServerResponse http = routing.response();
        if (http.ended() || http.closed()) {
            return; // answered already, or the client is gone
        }
        http.setStatusCode(response.status());
        response.headers().forEach(http::putHeader);
        http.end(Buffer.buffer(response.body().toByteArray()));
    }
}
