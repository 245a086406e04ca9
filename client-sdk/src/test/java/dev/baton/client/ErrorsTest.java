package dev.baton.client;

import static dev.baton.client.TestingServer.reason;
import static dev.baton.client.TestingServer.retryAfter;
import static dev.baton.client.TestingServer.status;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.google.rpc.BadRequest;
import com.google.rpc.BadRequest.FieldViolation;
import com.google.rpc.Code;
import io.grpc.Metadata;
import io.grpc.Status;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a server says becomes the exception for it, with all that it said. */
final class ErrorsTest {
    private static final TestingServer SERVER = TestingServer.start();
    private static final BatonClient CLIENT = Requests.quick(SERVER.address()).build();

    @AfterAll
    static void close() {
        CLIENT.close();
        SERVER.close();
    }

    @ParameterizedTest
    @CsvSource({
        "CANCELLED,           Cancelled,          1",
        "UNKNOWN,             ServerFault,        1",
        "INVALID_ARGUMENT,    InvalidInput,       1",
        "DEADLINE_EXCEEDED,   DeadlineExceeded,   1",
        "NOT_FOUND,           ModelNotFound,      1",
        "ALREADY_EXISTS,      ServerFault,        1",
        "PERMISSION_DENIED,   AccessDenied,       1",
        "RESOURCE_EXHAUSTED,  Overloaded,         1",
        "FAILED_PRECONDITION, InvalidInput,       1",
        "ABORTED,             ServerFault,        1",
        "OUT_OF_RANGE,        InvalidInput,       1",
        "UNIMPLEMENTED,       Unsupported,        1",
        "INTERNAL,            ServerFault,        1",
        "UNAVAILABLE,         Unavailable,        4",
        "DATA_LOSS,           ServerFault,        1",
        "UNAUTHENTICATED,     AccessDenied,       1",
    })
    void everyStatusHasItsException(String code, String exception, int attempts) {
        SERVER.fail(status(Code.valueOf(code), "because of this", reason("THIS")));

        BatonException failed = failure();

        assertThat(failed.getClass().getSimpleName()).isEqualTo(exception);
        assertThat(failed.status()).isEqualTo(Status.Code.valueOf(code));
        assertThat(failed.reason()).contains("THIS");
        assertThat(failed.attempts()).hasSize(attempts).allSatisfy(attempt -> {
            assertThat(attempt.edge()).isEqualTo(SERVER.address());
            assertThat(attempt.description()).isEqualTo("because of this");
        });
        assertThat(failed)
                .hasMessageContaining("ModelInfer of model 'echo', request " + failed.requestId())
                .hasMessageContaining("%s: %s, because of this".formatted(SERVER.address(), code));
        assertThat(failed.getStackTrace()).as("told where the caller waits").anyMatch(frame -> frame.getClassName()
                .equals(ErrorsTest.class.getName()));
    }

    @Test
    void wrongFieldsAreNamed() {
        SERVER.fail(status(
                Code.INVALID_ARGUMENT,
                "input 'x' has shape [-2]",
                reason("INVALID_INPUT"),
                BadRequest.newBuilder()
                        .addFieldViolations(FieldViolation.newBuilder().setField("inputs[0].shape"))
                        .build()));

        BatonException failed = failure();

        assertThat(((BatonException.InvalidInput) failed).fields()).containsExactly("inputs[0].shape");
    }

    @Test
    void messagesTooLargeForTheServerAreNotCalledOverload() {
        SERVER.fail(Status.RESOURCE_EXHAUSTED
                .withDescription("gRPC message exceeds maximum size 4194304: 33554443")
                .asRuntimeException());
        assertThat(failure()).isInstanceOf(BatonException.MessageTooLarge.class);

        SERVER.fail(status(Code.RESOURCE_EXHAUSTED, "65 MB", reason("TOO_LARGE")));
        assertThat(failure()).isInstanceOf(BatonException.MessageTooLarge.class);

        SERVER.fail(Status.RESOURCE_EXHAUSTED
                .withDescription("Received message larger than max (33554443 vs. 4194304)")
                .asRuntimeException());
        assertThat(failure()).isInstanceOf(BatonException.MessageTooLarge.class);
    }

    @Test
    void waitPastTheDeadlineIsNotBegun() {
        SERVER.fail(status(Code.RESOURCE_EXHAUSTED, "queue is full", retryAfter(Duration.ofMinutes(5))));

        BatonException failed = failure();

        assertThat(failed).isInstanceOf(BatonException.Overloaded.class);
        assertThat(failed.retryAfter()).contains(Duration.ofMinutes(5));
        assertThat(failed.attempts()).hasSize(1);
        assertThat(failed)
                .hasMessageContaining("another try in 300000 ms would be past the deadline")
                .hasMessageContaining("try again after 300000 ms");
    }

    @Test
    void pushBackOfGrpcIsHonoured() {
        Metadata never = new Metadata();
        never.put(Metadata.Key.of("grpc-retry-pushback-ms", Metadata.ASCII_STRING_MARSHALLER), "-1");
        SERVER.fail(Status.UNAVAILABLE.withDescription("do not come back").asRuntimeException(never));
        assertThat(failure().attempts()).hasSize(1);

        Metadata later = new Metadata();
        later.put(Metadata.Key.of("grpc-retry-pushback-ms", Metadata.ASCII_STRING_MARSHALLER), "3");
        SERVER.fail(Status.RESOURCE_EXHAUSTED.asRuntimeException(later));
        assertThat(failure().attempts()).hasSize(4);
    }

    private static BatonException failure() {
        return catchThrowableOfType(BatonException.class, () -> CLIENT.infer(Requests.numbers(1)));
    }
}
