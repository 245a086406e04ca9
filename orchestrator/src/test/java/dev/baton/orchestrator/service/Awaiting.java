package dev.baton.orchestrator.service;

import static io.restassured.RestAssured.given;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/** Waits, with an end, for what only asking can tell. */
public final class Awaiting {
    static final Duration LIMIT = Duration.ofSeconds(60);

    private Awaiting() {}

    public static <T> T until(String what, Supplier<Optional<T>> asked) throws InterruptedException {
        CountDownLatch never = new CountDownLatch(1);
        long end = System.nanoTime() + LIMIT.toNanos();
        do {
            Optional<T> answer = asked.get();
            if (answer.isPresent()) {
                return answer.get();
            }
        } while (!never.await(100, TimeUnit.MILLISECONDS) && System.nanoTime() - end < 0);
        throw new AssertionError("waited %s in vain for: %s".formatted(LIMIT, what));
    }

    /** Until the service says that it is ready. */
    static void ready() throws InterruptedException {
        until(
                "the service to be ready",
                () -> given().get("/q/health/ready").statusCode() == 200 ? Optional.of(true) : Optional.empty());
    }
}
