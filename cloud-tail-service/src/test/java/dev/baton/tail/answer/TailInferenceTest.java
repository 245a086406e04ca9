package dev.baton.tail.answer;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import dev.baton.inference.EngineBusyException;
import dev.baton.inference.InferenceException;
import dev.baton.inference.InvalidInputException;
import dev.baton.messaging.TensorRecords;
import dev.baton.schemas.records.Activation;
import dev.baton.schemas.records.EncodedInput;
import dev.baton.schemas.records.EncodedTensor;
import dev.baton.schemas.records.FailureReason;
import dev.baton.schemas.records.ModelRef;
import dev.baton.schemas.records.Result;
import dev.baton.schemas.records.TailModelWindow;
import dev.baton.tail.batch.Batches;
import dev.baton.tail.failure.RefusedException;
import dev.baton.tail.lateness.DelayBaseline;
import dev.baton.tail.measurement.TailMeasurements;
import dev.baton.tail.models.ServedModels;
import dev.baton.tail.models.TestingInferenceSession;
import dev.baton.tail.models.TestingModels;
import dev.baton.tensor.Shape;
import dev.baton.tensor.Tensor;
import dev.baton.tensor.codec.Codec;
import dev.baton.tensor.codec.Codecs;
import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.context.Context;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
final class TailInferenceTest {

    private static final ModelRef GAUGE = TestingModels.ref("gauge", "1111");

    private final AtomicLong nanos = new AtomicLong(Duration.ofHours(1).toNanos());
    private final TailMeasurements measurements = new TailMeasurements("tail-1", "cpu", nanos::get);
    private final Batches batches = TestingModels.oneByOne(nanos::get);
    private ServedModels models = serving(TestingModels.doubling());

    @AfterEach
    void close() {
        batches.close();
        models.close();
    }

    @Test
    void everyOutputOfTheTailIsAnswered() {
        Result result = answer(activation().build()).result();

        assertThat(result.getRequestId()).isEqualTo("r1");
        assertThat(result.getEdgeNode()).isEqualTo("cam");
        assertThat(result.getTail()).isEqualTo("tail-1");
        assertThat(result.getOutputsList())
                .extracting(EncodedTensor::getName)
                .containsExactlyInAnyOrder("answer", "sum");
        assertThat(result.getOutputsList()).extracting(EncodedTensor::getCodec).containsOnly("raw");
        assertThat(floats(result, "answer")).containsExactly(2, 4, 6, 8);
        assertThat(result.getTimes().getBatchSize()).isEqualTo(1);
    }

    @Test
    void onlyWantedOutputsAreAnsweredWithoutThoseOfTheHead() {
        Result result = answer(
                        activation().addOutputs("sum").addOutputs("early").build())
                .result();
        assertThat(result.getOutputsList()).extracting(EncodedTensor::getName).containsExactly("sum");
        assertThat(floats(result, "sum")).containsExactly(10);
    }

    @Test
    void outputThatTheModelDoesNotHaveIsMalformed() {
        assertRefused(
                activation().addOutputs("rain").build(),
                FailureReason.MALFORMED,
                "'rain' is no output of gauge; its outputs are");
    }

    @Test
    void outputOfTheHeadThatCrossedIsNotDecoded() {
        EncodedTensor early = EncodedTensor.newBuilder().setName("early").build();
        assertThat(answer(activation().addTensors(early).build()).failure()).isEmpty();
    }

    @Test
    void timesAddUpToTheTimeSinceTheRecordWasReceived() {
        serve(TestingModels.session(inputs -> {
            nanos.addAndGet(Duration.ofMillis(5).toNanos()); // 2 ms waiting, 3 ms running
            return TestingModels.doubling().run(inputs).outputs();
        }));
        ReceivedActivation received = received(activation().build());
        nanos.addAndGet(Duration.ofMillis(11).toNanos());

        var times = inference().answer(received).result().getTimes();

        assertThat(times.getRunMicros()).isEqualTo(3_000);
        assertThat(times.getQueueMicros()).isEqualTo(13_000);
        assertThat(times.getDecodeMicros() + times.getEncodeMicros()).isZero();
        TailModelWindow window = measurements.endWindow().getTail().getModels(0);
        assertThat(window.getRequests()).isEqualTo(1);
        assertThat(window.getTails(0).getRunMicros().getMean()).isEqualTo(3_000);
    }

    @Test
    void otherVersionIsRefused() {
        assertRefused(
                activation().setModel(TestingModels.ref("gauge", "2222")).build(),
                FailureReason.VERSION_MISMATCH,
                "gauge@2222 is not open here; open are [gauge@1111]");
    }

    @Test
    void splitPointThatThePackageDoesNotHaveIsRefused() {
        assertRefused(
                activation().setSplitPoint(9).build(),
                FailureReason.VERSION_MISMATCH,
                "gauge@1111 has no tail for split point 9, only for [2]");
    }

    @Test
    void unknownModelIsRefused() {
        assertRefused(
                activation().setModel(TestingModels.ref("cats", "1111")).build(),
                FailureReason.UNKNOWN_MODEL,
                "this tail serves no model 'cats'");
    }

    @Test
    void recordThatIsLateDoesNotReachTheEngine() {
        AtomicInteger runs = new AtomicInteger();
        serve(TestingModels.session(inputs -> {
            runs.incrementAndGet();
            return TestingModels.doubling().run(inputs).outputs();
        }));
        TailInference inference = inference();
        Activation onTime =
                activation().setBudgetMicros(50_000).setSentAtMicros(1_000_000).build();
        assertThat(inference.answer(received(onTime)).failure()).isEmpty();

        // Sent 10 ms after the first one and received 61 ms after it: 51 ms in queues, of a budget of 50.
        nanos.addAndGet(Duration.ofMillis(61).toNanos());
        Activation late = onTime.toBuilder().setSentAtMicros(1_010_000).build();
        Answer answer = inference.answer(received(late));

        assertThat(answer.result().getFailure().getReason()).isEqualTo(FailureReason.LATE);
        assertThat(answer.result().getFailure().getMessage())
                .isEqualTo("the deadline has passed: budget 50 ms, delayed by 51 ms, here for 0 ms");
        assertThat(runs).hasValue(1);
    }

    @Test
    void recordThatBecomesLateWhileWaitingHereDoesNotReachTheEngine() {
        ReceivedActivation received =
                received(activation().setBudgetMicros(50_000).build());
        nanos.addAndGet(Duration.ofMillis(51).toNanos());
        assertThat(inference().answer(received).result().getFailure().getReason())
                .isEqualTo(FailureReason.LATE);
    }

    @Test
    void tensorThatDoesNotCrossIsMalformed() {
        assertRefused(
                activation()
                        .addTensors(EncodedTensor.newBuilder().setName("rain"))
                        .build(),
                FailureReason.MALFORMED,
                "tensor 'rain' does not cross at split point 2; what crosses is");
    }

    @Test
    void tensorSentTwiceIsMalformed() {
        assertRefused(
                activation().addTensors(encoded(Codec.RAW)).build(),
                FailureReason.MALFORMED,
                "input 'activation' was sent twice");
    }

    @Test
    void unknownCodecIsMalformed() {
        EncodedTensor odd = encoded(Codec.RAW).toBuilder().setCodec("mp3").build();
        assertRefused(
                activation().clearTensors().addTensors(odd).build(), FailureReason.MALFORMED, "unknown codec 'mp3'");
    }

    @Test
    void payloadThatEndsEarlyIsMalformed() {
        EncodedTensor whole = encoded(new Codec(Codec.Quantization.INT8, true));
        EncodedTensor half = whole.toBuilder()
                .setPayload(whole.getPayload().substring(0, whole.getPayload().size() / 2))
                .build();
        assertRefused(
                activation().clearTensors().addTensors(half).build(), FailureReason.MALFORMED, "tensor 'activation'");
    }

    @Test
    void tensorLargerThanTheModelTakesIsMalformedAndNotAllocated() {
        EncodedTensor huge = encoded(new Codec(Codec.Quantization.INT8, true)).toBuilder()
                .clearShape()
                .addShape(1)
                .addShape(500_000_000)
                .build();
        assertRefused(
                activation().clearTensors().addTensors(huge).build(), FailureReason.MALFORMED, "tensor 'activation'");
    }

    @Test
    void pictureForAModelThatTakesNoneIsMalformed() {
        EncodedInput picture = EncodedInput.newBuilder()
                .setInputName("image")
                .setMediaType("image/jpeg")
                .setPayload(ByteString.copyFromUtf8("not a picture"))
                .build();
        assertRefused(
                activation().clearTensors().addEncodedInputs(picture).build(),
                FailureReason.MALFORMED,
                "split point 2 of gauge takes no encoded picture as 'image'");
    }

    @Test
    void inputThatTheEngineRefusesIsMalformed() {
        serveFailing(new InvalidInputException("input 'activation' is missing"));
        assertRefused(activation().build(), FailureReason.MALFORMED, "input 'activation' is missing");
    }

    @Test
    void engineThatFailsIsTheEnginesFailure() {
        serveFailing(new InferenceException("out of device memory"));
        assertRefused(activation().build(), FailureReason.ENGINE, "out of device memory");
        assertThat(measurements.endWindow().getTail().getModels(0).getFailures())
                .isEqualTo(1);
    }

    @Test
    void fullEngineIsOverload() {
        serveFailing(new EngineBusyException("64 runs wait"));
        assertRefused(activation().build(), FailureReason.OVERLOADED, "64 runs wait");
    }

    private void assertRefused(Activation activation, FailureReason reason, String message) {
        Result result = answer(activation).result();
        assertThat(result.getFailure().getReason())
                .as(result.getFailure().getMessage())
                .isEqualTo(reason);
        assertThat(result.getFailure().getMessage()).contains(message);
        assertThat(result.getOutputsList()).isEmpty();
        assertThat(result.getRequestId()).isEqualTo("r1");
    }

    private Answer answer(Activation activation) {
        return inference().answer(received(activation));
    }

    private ReceivedActivation received(Activation activation) {
        return new ReceivedActivation(activation, nanos.get(), Context.root());
    }

    private TailInference inference() {
        return new TailInference(
                "tail-1",
                models,
                TestingModels.withoutQuotas(),
                new ActivationDecoder(1 << 20),
                batches,
                new DelayBaseline(10),
                Duration.ofSeconds(20),
                measurements,
                new AnswerTrace(OpenTelemetry.noop().getTracer("test")),
                nanos::get);
    }

    private void serveFailing(InferenceException failure) {
        serve(TestingModels.session(inputs -> {
            throw failure;
        }));
    }

    private void serve(TestingInferenceSession tail) {
        models.close();
        models = serving(tail);
    }

    private ServedModels serving(TestingInferenceSession tail) {
        ServedModels created = new ServedModels(
                wanted -> TestingModels.model(wanted.ref(), tail),
                measurements,
                new ServedModels.Handover(Duration.ofMinutes(1), Duration.ofMinutes(1)));
        measurements.begin(GAUGE);
        created.want(TestingModels.wanted(GAUGE));
        try {
            created.lease(GAUGE, Duration.ofSeconds(20)).close();
        } catch (RefusedException e) {
            throw new AssertionError(e);
        }
        return created;
    }

    private static Activation.Builder activation() {
        return Activation.newBuilder()
                .setRequestId("r1")
                .setEdgeNode("cam")
                .setModel(GAUGE)
                .setSplitPoint(2)
                .addTensors(encoded(Codec.RAW));
    }

    private static EncodedTensor encoded(Codec codec) {
        return TensorRecords.toRecord("activation", Codecs.encode(Tensor.ofFloats(Shape.of(1, 4), 1, 2, 3, 4), codec));
    }

    private static float[] floats(Result result, String output) {
        EncodedTensor encoded = result.getOutputsList().stream()
                .filter(tensor -> tensor.getName().equals(output))
                .findFirst()
                .orElseThrow();
        return Codecs.decode(TensorRecords.fromRecord(encoded), 1 << 20).toFloats();
    }
}
