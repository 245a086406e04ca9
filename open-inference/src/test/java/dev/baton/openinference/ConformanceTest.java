package dev.baton.openinference;

import static org.assertj.core.api.Assertions.assertThat;

import dev.baton.conformance.ConformanceKit;
import dev.baton.conformance.Outcome;
import dev.baton.conformance.Target;
import dev.baton.openinference.grpc.OpenInferenceGrpc;
import dev.baton.openinference.grpc.StreamErrorsInterceptor;
import dev.baton.openinference.grpc.StreamSettings;
import dev.baton.openinference.protocol.DeadlineWatch;
import dev.baton.openinference.protocol.ErrorContract;
import dev.baton.openinference.protocol.InferenceCalls;
import dev.baton.openinference.protocol.OpenInference;
import dev.baton.openinference.protocol.RequestThreads;
import dev.baton.openinference.rest.RestApi;
import dev.baton.openinference.rest.RestLimits;
import dev.baton.openinference.rest.VertxRest;
import io.grpc.ManagedChannel;
import io.grpc.Server;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.NettyServerBuilder;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.ext.web.Router;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Every row of the table, over sockets. */
final class ConformanceTest {

    private static final int MAX_MESSAGE_BYTES = 1 << 20;

    @Test
    void everyRowHolds() throws Exception {
        OpenInference protocol = new OpenInference(new TestingModelServer(), InstantSource.system(), System::nanoTime);
        ErrorContract errors = new ErrorContract(false);
        Vertx vertx = Vertx.vertx();
        try (RequestThreads threads = new RequestThreads(Duration.ofSeconds(1));
                DeadlineWatch deadlines = new DeadlineWatch()) {
            InferenceCalls calls = new InferenceCalls(threads, deadlines, System::nanoTime);
            Server grpc = NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
                    .addService(
                            new OpenInferenceGrpc(
                                    protocol, calls, errors, StreamSettings.ofWindow(2), System::nanoTime) {})
                    .intercept(new StreamErrorsInterceptor())
                    .maxInboundMessageSize(MAX_MESSAGE_BYTES)
                    .build()
                    .start();
            Router router = Router.router(vertx);
            VertxRest.mount(
                    router, new RestApi(protocol, calls, errors, new RestLimits(MAX_MESSAGE_BYTES), System::nanoTime));
            HttpServer http = vertx.createHttpServer()
                    .requestHandler(router)
                    .listen(0, "127.0.0.1")
                    .toCompletionStage()
                    .toCompletableFuture()
                    .get(20, TimeUnit.SECONDS);
            ManagedChannel channel = NettyChannelBuilder.forAddress("127.0.0.1", grpc.getPort())
                    .usePlaintext()
                    .build();
            try {
                Target target = new Target(
                        channel,
                        Optional.of(URI.create("http://127.0.0.1:" + http.actualPort())),
                        "echo",
                        true,
                        MAX_MESSAGE_BYTES,
                        Set.of("loading"),
                        Duration.ofSeconds(20));
                List<Outcome> outcomes = new ConformanceKit(target).run(_ -> {});
                assertThat(outcomes).hasSizeGreaterThan(90);
                assertThat(outcomes.stream().filter(outcome -> !outcome.isFine()))
                        .isEmpty();
            } finally {
                channel.shutdownNow();
                grpc.shutdownNow();
            }
        } finally {
            vertx.close().toCompletionStage().toCompletableFuture().get(20, TimeUnit.SECONDS);
        }
    }
}
