package dev.baton.openinference.grpc;

import dev.baton.openinference.RequestRefusedException;
import dev.baton.openinference.protocol.ErrorContract;
import dev.baton.openinference.protocol.InferenceCalls;
import dev.baton.openinference.protocol.Reply;
import io.grpc.protobuf.StatusProto;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;

/** A unary call's answer. A client that is gone hears nothing. Made by the thread that the call came on. */
final class GrpcReply<T> implements Reply<T> {

    private final StreamObserver<T> observer;
    private final ErrorContract errors;
    private volatile InferenceCalls.Call work = () -> {};

    GrpcReply(StreamObserver<T> observer, ErrorContract errors) {
        this.observer = observer;
        this.errors = errors;
        if (observer instanceof ServerCallStreamObserver<T> call) {
            call.setOnCancelHandler(() -> work.cancel()); // also, without one, answering who has just gone would throw
        }
    }

    /** Ends this work when the client goes. Called before the call's method returns, so that nothing is missed. */
    void endsWith(InferenceCalls.Call begun) {
        work = begun;
    }

    @Override
    public void give(T answer) {
        if (!clientGone()) {
            observer.onNext(answer);
            observer.onCompleted();
        }
    }

    @Override
    public void refuse(RequestRefusedException refused) {
        if (!clientGone()) {
            observer.onError(StatusProto.toStatusRuntimeException(errors.status(refused)));
        }
    }

    private boolean clientGone() {
        return observer instanceof ServerCallStreamObserver<T> call && call.isCancelled();
    }
}
