package dev.baton.client;

import java.time.Duration;
import java.util.List;

/** Requests for tests, and clients that do not wait long. */
final class Requests {

    private Requests() {}

    static InferenceRequest numbers(float... values) {
        return InferenceRequest.of(TestingServer.MODEL, InferenceInput.fp32("x", Shape.of(values.length), values));
    }

    static BatonClientBuilder quick(String... edges) {
        return BatonClient.builder()
                .edges(List.of(edges))
                .deadline(Duration.ofSeconds(20))
                .retries(RetryPolicy.defaults().withBackoff(Duration.ofMillis(2), Duration.ofMillis(10)));
    }
}
