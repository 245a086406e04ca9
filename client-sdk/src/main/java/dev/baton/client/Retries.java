package dev.baton.client;

import java.time.Duration;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;

/**
 * What comes after an attempt that failed and may be repeated: another edge node at once, a wait, or the end. One for each call
 * or stream, whose lock guards it.
 */
final class Retries {

    /** What to do now. */
    sealed interface Next {}

    /** Ask this one at once. */
    record Now(EdgeNode edge) implements Next {}

    /** Wait, then ask whichever is best: all were tried. */
    record After(Duration pause) implements Next {}

    /** Give up. {@code why} is empty where the attempts say all. */
    record Never(String why) implements Next {}

    private final Edges edges;
    private final RetryBudget budget;
    private final RetryPolicy policy;
    private final Set<EdgeNode> tried = new HashSet<>();
    private int counted = 1;
    private int waits;

    Retries(Edges edges, RetryBudget budget, RetryPolicy policy) {
        this.edges = edges;
        this.budget = budget;
        this.policy = policy;
    }

    void tried(EdgeNode edge) {
        tried.add(edge);
    }

    /** It works again: the next failure is a first one. */
    void forget() {
        tried.clear();
        counted = 1;
        waits = 0;
    }

    /** One to ask beside those that are at it. */
    Optional<EdgeNode> besides() {
        return edges.anotherAvailable(tried);
    }

    Next next(AttemptFailure failure) {
        Optional<EdgeNode> other = edges.another(tried);
        boolean toNobodysCost = failure.neverSent() && other.isPresent();
        if (!toNobodysCost) {
            if (counted >= policy.maxAttempts()) {
                return new Never("");
            }
            if (!failure.neverSent() && !budget.withdraw()) {
                return new Never("the retry budget is used up");
            }
            counted++;
        }
        return other.isPresent() ? new Now(other.get()) : new After(wait(failure));
    }

    private Duration wait(AttemptFailure failure) {
        Duration backoff = policy.backoff(++waits, ThreadLocalRandom.current().nextDouble());
        return failure.retryAfter()
                .filter(asked -> asked.compareTo(backoff) > 0)
                .orElse(backoff);
    }
}
