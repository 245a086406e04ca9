package dev.baton.edge.grpc;

import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.util.concurrent.atomic.AtomicBoolean;

/** A unary call's answer: the first one counts, and a client that is gone hears nothing. Any thread may answer; made by the one that the call came on. */
final class SingleAnswer<T> {

    private final StreamObserver<T> observer;
    private final AtomicBoolean answered = new AtomicBoolean();

    SingleAnswer(StreamObserver<T> observer) {
        this.observer = observer;
        if (observer instanceof ServerCallStreamObserver<T> call) {
            call.setOnCancelHandler(() -> {}); // else answering a client that has just gone would throw
        }
    }

    void give(T answer) {
        if (first()) {
            observer.onNext(answer);
            observer.onCompleted();
        }
    }

    void fail(Throwable status) {
        if (first()) {
            observer.onError(status);
        }
    }

    private boolean first() {
        return answered.compareAndSet(false, true) && !clientGone();
    }

    private boolean clientGone() {
        return observer instanceof ServerCallStreamObserver<T> call && call.isCancelled();
    }
}
