package dev.baton.tail.serving;

import dev.baton.openinference.rest.RestApi;
import dev.baton.openinference.rest.VertxRest;
import io.vertx.ext.web.Router;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;

/** The Open Inference Protocol over HTTP, on the tail's one port. */
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
