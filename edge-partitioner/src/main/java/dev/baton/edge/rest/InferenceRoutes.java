package dev.baton.edge.rest;

import dev.baton.openinference.rest.RestApi;
import dev.baton.openinference.rest.VertxRest;
import io.vertx.ext.web.Router;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;

/** The Open Inference Protocol on the edge node's HTTP port. */
@Singleton
public final class InferenceRoutes {

    private final RestApi api;

    InferenceRoutes(RestApi api) {
        this.api = api;
    }

    void mount(@Observes Router router) {
        VertxRest.mount(router, api);
    }
}
