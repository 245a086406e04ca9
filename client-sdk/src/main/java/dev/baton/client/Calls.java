package dev.baton.client;

import com.google.protobuf.MessageLite;
import dev.baton.client.BatonException.Failure;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/** What calls and streams have in common. */
final class Calls {

    private Calls() {}

    /** A call in words: its method, and its model if it has one. */
    static String what(MethodDescriptor<?, ?> method, String model) {
        String name = Optional.ofNullable(method.getBareMethodName()).orElse(method.getFullMethodName());
        return model.isEmpty() ? name : "%s of model '%s'".formatted(name, model);
    }

    /** Refuses what is larger than the settings allow. */
    static void requireSize(MessageLite message, int mostBytes, String what, String id) {
        int bytes = message.getSerializedSize();
        if (bytes > mostBytes) {
            throw new BatonException.MessageTooLarge(Failure.local(
                    what,
                    id,
                    Status.Code.RESOURCE_EXHAUSTED,
                    "the request has %d bytes; maxMessageBytes is %d".formatted(bytes, mostBytes)));
        }
    }

    /** Does the step when the result is there; its own failure would be a fault, and goes to the thread that completes. */
    static <T> void whenDone(CompletableFuture<T> result, BiConsumer<T, @Nullable Throwable> step) {
        CompletableFuture<T> unused = result.whenComplete(step);
    }

    /** Completes {@code result} as the other is, and cancels the other with it. */
    static <T> void follow(CompletableFuture<T> result, CompletableFuture<T> followed) {
        whenDone(followed, (answer, problem) -> {
            if (problem == null) {
                result.complete(answer);
            } else {
                result.completeExceptionally(problem);
            }
        });
        whenDone(result, (answer, problem) -> followed.cancel(false));
    }
}
