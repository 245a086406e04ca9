package dev.baton.conformance;

import dev.baton.schemas.inference.GRPCInferenceServiceGrpc.GRPCInferenceServiceStub;
import dev.baton.schemas.inference.ModelInferRequest;
import dev.baton.schemas.inference.ModelStreamInferResponse;
import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * What a stream brought.
 *
 * @param failure how it ended, unless well
 */
record Streamed(List<ModelStreamInferResponse> answers, Optional<Status> failure) {

    static Streamed ask(GRPCInferenceServiceStub stub, List<ModelInferRequest> requests, Duration patience)
            throws NotAsExpectedException, InterruptedException {
        List<ModelStreamInferResponse> answers = new CopyOnWriteArrayList<>();
        AtomicReference<@Nullable Status> failure = new AtomicReference<>();
        CountDownLatch ended = new CountDownLatch(1);
        StreamObserver<ModelInferRequest> stream = stub.modelStreamInfer(new StreamObserver<>() {
            @Override
            public void onNext(ModelStreamInferResponse answer) {
                answers.add(answer);
            }

            @Override
            public void onError(Throwable thrown) {
                failure.set(Status.fromThrowable(thrown));
                ended.countDown();
            }

            @Override
            public void onCompleted() {
                ended.countDown();
            }
        });
        requests.forEach(stream::onNext);
        stream.onCompleted();
        if (!ended.await(patience.toMillis(), TimeUnit.MILLISECONDS)) {
            throw new NotAsExpectedException("it did not end within %s".formatted(patience));
        }
        return new Streamed(List.copyOf(answers), Optional.ofNullable(failure.get()));
    }
}
