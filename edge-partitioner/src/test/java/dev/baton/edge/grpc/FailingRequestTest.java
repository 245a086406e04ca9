package dev.baton.edge.grpc;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import dev.baton.edge.TestingEngine;
import dev.baton.edge.TestingInference;
import dev.baton.edge.TestingPackage;
import dev.baton.edge.TestingSender;
import dev.baton.edge.measure.Arrivals;
import dev.baton.edge.model.ModelServing;
import dev.baton.edge.model.Models;
import dev.baton.edge.model.ServedModel;
import dev.baton.edge.request.EdgeInference;
import dev.baton.edge.request.EdgeModelServer;
import dev.baton.edge.request.ModelLookup;
import dev.baton.openinference.grpc.OpenInferenceGrpc;
import dev.baton.openinference.grpc.StreamSettings;
import dev.baton.openinference.protocol.DeadlineWatch;
import dev.baton.openinference.protocol.ErrorContract;
import dev.baton.openinference.protocol.InferenceCalls;
import dev.baton.openinference.protocol.OpenInference;
import dev.baton.openinference.protocol.RequestThreads;
import dev.baton.schemas.inference.ModelInferRequest;
import dev.baton.schemas.inference.ModelInferRequest.InferInputTensor;
import dev.baton.schemas.inference.ModelInferResponse;
import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Requests during which an {@link Error} is thrown, such as for a native allocation. */
final class FailingRequestTest {

    @TempDir
    Path directory;

    private final Logger log = Logger.getLogger(InferenceCalls.class.getName());
    private final Logged logged = new Logged();
    private final Models models = new Models();
    private final TestingEngine engine = new TestingEngine();
    private final Arrivals arrivals = new Arrivals(System::nanoTime);
    private final Answers answers = new Answers();
    private final RequestThreads threads = new RequestThreads(Duration.ofSeconds(30));
    private ServedModel model;
    private OpenInferenceGrpc service;

    @BeforeEach
    void serve() throws Exception {
        log.addHandler(logged);
        model = ServedModel.open(TestingPackage.write(directory, 1, Optional.empty()), engine);
        ModelServing.serve(models, model);
        EdgeInference inference = TestingInference.of(models, new TestingSender(), arrivals);
        OpenInference protocol = new OpenInference(
                new EdgeModelServer(inference, new ModelLookup(models), models, "1"),
                InstantSource.system(),
                System::nanoTime);
        service = new OpenInferenceGrpc(
                protocol,
                new InferenceCalls(threads, new DeadlineWatch(), System::nanoTime),
                new ErrorContract(false),
                StreamSettings.ofWindow(1),
                System::nanoTime) {};
    }

    @AfterEach
    void stopListening() {
        log.removeHandler(logged);
    }

    @Test
    void anErrorIsAnsweredAndLoggedOnceWithTheRequestsId() {
        engine.failWith(new OutOfMemoryError("no native memory"));
        service.modelInfer(request("mine"), answers);
        threads.close();
        assertThat(answers.failures).singleElement().satisfies(failure -> {
            Status status = Status.fromThrowable(failure);
            assertThat(status.getCode()).isEqualTo(Status.Code.INTERNAL);
            assertThat(status.getDescription()).contains("no native memory");
        });
        assertThat(logged.messages).singleElement().satisfies(message -> assertThat(message)
                .contains("request mine", TestingPackage.MODEL));
    }

    @Test
    void whatFailedIsNoLongerUnderWay() {
        engine.failWith(new UnsatisfiedLinkError("no such library"));
        service.modelInfer(request(""), answers);
        threads.close();
        assertThat(answers.failures).hasSize(1);
        assertThat(model.measurements().placements().inFlight()).isZero();
        assertThat(model.measurements().window().failures()).isEqualTo(1);
    }

    private static ModelInferRequest request(String id) {
        return ModelInferRequest.newBuilder()
                .setId(id)
                .setModelName(TestingPackage.MODEL)
                .addInputs(InferInputTensor.newBuilder()
                        .setName("x")
                        .setDatatype("FP32")
                        .addShape(1)
                        .addShape(4))
                .addRawInputContents(ByteString.copyFrom(new byte[16]))
                .build();
    }

    private static final class Answers implements StreamObserver<ModelInferResponse> {

        private final List<Throwable> failures = new ArrayList<>();

        @Override
        public void onNext(ModelInferResponse response) {
            throw new AssertionError("answered " + response);
        }

        @Override
        public void onError(Throwable failure) {
            failures.add(failure);
        }

        @Override
        public void onCompleted() {
            throw new AssertionError("completed");
        }
    }

    private static final class Logged extends Handler {

        private final List<String> messages = new CopyOnWriteArrayList<>();

        @Override
        public void publish(LogRecord entry) {
            Object[] parameters = entry.getParameters();
            messages.add(
                    parameters == null ? entry.getMessage() : entry.getMessage().formatted(parameters));
        }

        @Override
        public void flush() {}

        @Override
        public void close() {}
    }
}
