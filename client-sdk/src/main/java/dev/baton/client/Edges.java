package dev.baton.client;

import dev.baton.schemas.inference.GRPCInferenceServiceGrpc;
import dev.baton.schemas.inference.ServerLiveRequest;
import dev.baton.schemas.inference.ServerLiveResponse;
import io.grpc.CallOptions;
import io.grpc.Status;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.StreamObserver;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;

/**
 * Chooses an edge node for each attempt.
 *
 * <p>Of two at random, the one with fewer requests under way: nearly as good as the least loaded of all, and many clients do
 * not run to the same one (Mitzenmacher, "The Power of Two Choices in Randomized Load Balancing", 2001). One that cannot be
 * connected to, or failed five times in a row, is ejected until it answers a probe, the protocol's {@code ServerLive}, which
 * every server has. Where all are ejected, they are tried all the same: being wrong about them must not cost a request.
 */
final class Edges {

    private static final Duration FIRST_PROBE = Duration.ofMillis(250);
    private static final Duration LAST_PROBE = Duration.ofSeconds(5);
    private static final Duration PROBE_LIMIT = Duration.ofSeconds(1);

    private final List<EdgeNode> edges;
    private final Timer timer;

    Edges(Collection<EdgeNode> edges, Timer timer) {
        this.edges = List.copyOf(edges);
        this.timer = timer;
    }

    List<EdgeNode> all() {
        return edges;
    }

    /** One that is available, or any where none is. */
    EdgeNode pick() {
        return ofTwo(edge -> edge.isAvailable(System.nanoTime()))
                .or(() -> ofTwo(edge -> !edge.isEjected()))
                .or(() -> ofTwo(edge -> true))
                .orElseThrow();
    }

    /** One that was not tried, ejected only where no other is left; empty where all were or ask for a pause. */
    Optional<EdgeNode> another(Set<EdgeNode> tried) {
        return anotherAvailable(tried).or(() -> ofTwo(edge -> !tried.contains(edge) && edge.isEjected()));
    }

    Optional<EdgeNode> anotherAvailable(Set<EdgeNode> tried) {
        return ofTwo(edge -> !tried.contains(edge) && edge.isAvailable(System.nanoTime()));
    }

    private Optional<EdgeNode> ofTwo(Predicate<EdgeNode> wanted) {
        List<EdgeNode> candidates = edges.stream().filter(wanted).toList();
        if (candidates.size() < 2) {
            return candidates.stream().findFirst();
        }
        ThreadLocalRandom random = ThreadLocalRandom.current();
        int one = random.nextInt(candidates.size());
        int other = (one + 1 + random.nextInt(candidates.size() - 1)) % candidates.size();
        EdgeNode a = candidates.get(one);
        EdgeNode b = candidates.get(other);
        return Optional.of(a.outstanding() <= b.outstanding() ? a : b);
    }

    /** Learns from an attempt that failed. */
    void failed(EdgeNode edge, AttemptFailure failure) {
        failure.retryAfter()
                .filter(wait -> failure.code() == Status.Code.RESOURCE_EXHAUSTED)
                .ifPresent(wait -> edge.pause(wait, System.nanoTime()));
        if (!failure.isEdgesFault()) {
            edge.answered();
        } else if (edge.failed(!failure.neverSent())) {
            probeAfter(edge, FIRST_PROBE);
        }
    }

    private void probeAfter(EdgeNode edge, Duration wait) {
        double random = ThreadLocalRandom.current().nextDouble(0.75, 1.25);
        timer.after(Duration.ofNanos((long) (wait.toNanos() * random)), () -> probe(edge, wait));
    }

    /** Asks at once whatever the channel has planned: it would wait for up to two minutes. */
    private void probe(EdgeNode edge, Duration waited) {
        edge.channel().resetConnectBackoff();
        ClientCalls.asyncUnaryCall(
                edge.channel()
                        .newCall(
                                GRPCInferenceServiceGrpc.getServerLiveMethod(),
                                CallOptions.DEFAULT
                                        .withWaitForReady()
                                        .withDeadlineAfter(PROBE_LIMIT.toNanos(), TimeUnit.NANOSECONDS)),
                ServerLiveRequest.getDefaultInstance(),
                new Probed(edge, waited));
    }

    private final class Probed implements StreamObserver<ServerLiveResponse> {
        private final EdgeNode edge;
        private final Duration waited;
        private boolean live;

        Probed(EdgeNode edge, Duration waited) {
            this.edge = edge;
            this.waited = waited;
        }

        @Override
        public void onNext(ServerLiveResponse answer) {
            live = answer.getLive();
        }

        @Override
        public void onCompleted() {
            conclude(live);
        }

        @Override
        public void onError(Throwable problem) {
            AttemptFailure failure =
                    AttemptFailure.of(Status.fromThrowable(problem), Status.trailersFromThrowable(problem));
            conclude(!failure.isEdgesFault() && failure.code() != Status.Code.CANCELLED);
        }

        private void conclude(boolean well) {
            if (well) {
                edge.readmit();
            } else {
                Duration doubled = waited.multipliedBy(2);
                probeAfter(edge, doubled.compareTo(LAST_PROBE) < 0 ? doubled : LAST_PROBE);
            }
        }
    }
}
