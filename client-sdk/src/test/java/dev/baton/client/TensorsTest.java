package dev.baton.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import dev.baton.schemas.inference.InferTensorContents;
import dev.baton.schemas.inference.ModelInferResponse;
import dev.baton.schemas.inference.ModelInferResponse.InferOutputTensor;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

/** What is sent is what arrives, in every type, and comes back. */
final class TensorsTest {
    private static final TestingServer SERVER = TestingServer.start();
    private static final BatonClient CLIENT = Requests.quick(SERVER.address()).build();
    private static final Shape THREE = Shape.of(3);

    @AfterAll
    static void close() {
        CLIENT.close();
        SERVER.close();
    }

    @Test
    void everyDatatypeGoesThereAndBack() {
        InferenceResult result = CLIENT.infer(InferenceRequest.of(
                TestingServer.MODEL,
                InferenceInput.fp32("fp32", Shape.of(3, 1), 1.5f, -0f, Float.NaN),
                InferenceInput.fp64("fp64", THREE, 1e300, -2, 3),
                InferenceInput.fp16("fp16", THREE, 0.5f, 65504, 1 + 0x1p-12f),
                InferenceInput.bf16("bf16", THREE, 0.5f, 1e38f, -3),
                InferenceInput.int64("int64", THREE, Long.MIN_VALUE, -1, Long.MAX_VALUE),
                InferenceInput.int32("int32", THREE, Integer.MIN_VALUE, -1, 7),
                InferenceInput.int16("int16", THREE, Short.MIN_VALUE, (short) -1, (short) 7),
                InferenceInput.int8("int8", THREE, (byte) -128, (byte) -1, (byte) 7),
                InferenceInput.uint64("uint64", THREE, -1, 0, 1),
                InferenceInput.uint32("uint32", THREE, -1, 0, 1),
                InferenceInput.uint16("uint16", THREE, (short) -1, (short) 0, (short) 1),
                InferenceInput.uint8("uint8", THREE, (byte) -1, (byte) 0, (byte) 1),
                InferenceInput.bool("bool", THREE, true, false, true),
                InferenceInput.bytes("bytes", Shape.of(2), List.of(new byte[0], new byte[] {1, 2})),
                InferenceInput.strings("strings", Shape.of(1, 2), "Zürich", ""),
                InferenceInput.fp32("scalar", Shape.of(), 4),
                InferenceInput.fp32("nothing", Shape.of(0, 5))));

        assertThat(result.output("fp32").toFloats()).containsExactly(1.5f, -0f, Float.NaN);
        assertThat(result.output("fp32").shape()).isEqualTo(Shape.of(3, 1));
        assertThat(result.output("fp32").toDoubles()).containsExactly(1.5, -0.0, Double.NaN);
        assertThat(result.output("fp64").toDoubles()).containsExactly(1e300, -2, 3);
        assertThat(result.output("fp16").toFloats()).containsExactly(0.5f, 65504, 1);
        assertThat(result.output("bf16").toFloats()[1]).isBetween(0.996e38f, 1.004e38f);
        assertThat(result.output("int64").toLongs()).containsExactly(Long.MIN_VALUE, -1, Long.MAX_VALUE);
        assertThat(result.output("int32").toInts()).containsExactly(Integer.MIN_VALUE, -1, 7);
        assertThat(result.output("int16").toInts()).containsExactly(Short.MIN_VALUE, -1, 7);
        assertThat(result.output("int8").toLongs()).containsExactly(-128, -1, 7);
        assertThat(Long.toUnsignedString(result.output("uint64").toLongs()[0])).isEqualTo("18446744073709551615");
        assertThat(result.output("uint32").toLongs()).containsExactly(0xffffffffL, 0, 1);
        assertThat(result.output("uint16").toInts()).containsExactly(0xffff, 0, 1);
        assertThat(result.output("uint8").toInts()).containsExactly(255, 0, 1);
        assertThat(result.output("bool").toBooleans()).containsExactly(true, false, true);
        assertThat(result.output("bytes").toBytes())
                .containsExactly(ByteBuffer.wrap(new byte[0]), ByteBuffer.wrap(new byte[] {1, 2}));
        assertThat(result.output("strings").toStrings()).containsExactly("Zürich", "");
        assertThat(result.output("scalar").toFloats()).containsExactly(4);
        assertThat(result.output("nothing").toFloats()).isEmpty();
        assertThat(result.outputs()).hasSize(17);
        assertThat(result.provenance()).isEmpty();
    }

    @Test
    void wrappedBuffersAreTakenAsTheyLie() {
        ByteBuffer direct = ByteBuffer.allocateDirect(12).order(ByteOrder.LITTLE_ENDIAN);
        direct.putFloat(9).putFloat(1).putFloat(2).position(4);

        InferenceInput input = InferenceInput.wrap("x", Datatype.FP32, Shape.of(2), direct);
        direct.putFloat(8, 3);

        OutputTensor back =
                CLIENT.infer(InferenceRequest.of(TestingServer.MODEL, input)).output();
        assertThat(back.toFloats()).as("not copied, and from the position on").containsExactly(1, 3);
        assertThat(direct.position()).isEqualTo(4);
    }

    @Test
    void copiedArraysMayChange() {
        byte[] element = {1, 2, 3};
        float[] numbers = {1, 2};
        InferenceInput bytes = InferenceInput.bytes("b", Shape.of(1), List.of(element));
        InferenceInput floats = InferenceInput.fp32("f", Shape.of(2), numbers);
        Arrays.fill(element, (byte) 0);
        Arrays.fill(numbers, 0);

        InferenceResult back = CLIENT.infer(InferenceRequest.of(TestingServer.MODEL, bytes, floats));

        assertThat(back.output("b").toBytes()).containsExactly(ByteBuffer.wrap(new byte[] {1, 2, 3}));
        assertThat(back.output("f").toFloats()).containsExactly(1, 2);
    }

    @Test
    void typedAnswersAreRead() {
        SERVER.behaviour = (request, answer) -> {
            answer.onNext(ModelInferResponse.newBuilder()
                    .addOutputs(
                            typed("a", "INT8", InferTensorContents.newBuilder().addIntContents(-3)))
                    .addOutputs(
                            typed("b", "FP32", InferTensorContents.newBuilder().addFp32Contents(0.25f)))
                    .addOutputs(typed(
                            "c",
                            "BYTES",
                            InferTensorContents.newBuilder().addBytesContents(ByteString.copyFromUtf8("cat"))))
                    .addOutputs(typed(
                            "d", "UINT64", InferTensorContents.newBuilder().addUint64Contents(-1)))
                    .addOutputs(
                            typed("e", "BOOL", InferTensorContents.newBuilder().addBoolContents(true)))
                    .addOutputs(typed(
                            "f", "UINT16", InferTensorContents.newBuilder().addUintContents(65535)))
                    .build());
            answer.onCompleted();
        };

        InferenceResult result = CLIENT.infer(Requests.numbers(1));
        SERVER.behaviour = TestingServer::echo;

        assertThat(result.output("a").toInts()).containsExactly(-3);
        assertThat(result.output("b").toFloats()).containsExactly(0.25f);
        assertThat(result.output("c").toStrings()).containsExactly("cat");
        assertThat(result.output("d").toLongs()).containsExactly(-1);
        assertThat(result.output("e").toBooleans()).containsExactly(true);
        assertThat(result.output("f").toInts()).containsExactly(65535);
    }

    private static InferOutputTensor typed(String name, String datatype, InferTensorContents.Builder contents) {
        return InferOutputTensor.newBuilder()
                .setName(name)
                .setDatatype(datatype)
                .addShape(1)
                .setContents(contents)
                .build();
    }

    @Test
    void answersAgainstTheProtocolAreSaidToBe() {
        assertMalformed(output("FP32", 2), ByteString.copyFrom(new byte[4]), "output 'x' FP32 [2] has 1 elements");
        assertMalformed(output("FP32", 1), ByteString.copyFrom(new byte[3]), "output 'x' FP32 has 3 bytes");
        assertMalformed(output("FP7", 1), ByteString.copyFrom(new byte[4]), "datatype 'FP7'");
        assertMalformed(output("FP32", -1), ByteString.copyFrom(new byte[4]), "[-1]");
        assertMalformed(output("FP32", -7), ByteString.copyFrom(new byte[4]), "[-7]");
        assertMalformed(output("FP32", 1L << 62, 4), ByteString.copyFrom(new byte[4]), "output 'x'");
        assertMalformed(output("BYTES", 1), ByteString.copyFrom(new byte[] {9, 0, 0, 0, 1}), "an element of 9 bytes");
        assertMalformed(output("BYTES", 1), ByteString.copyFrom(new byte[] {-1, -1, -1, -1}), "4294967295 bytes");
        assertMalformed(output("BYTES", 1), ByteString.copyFrom(new byte[] {1}), "1 bytes are left");
        SERVER.behaviour = TestingServer::echo;
    }

    private static InferOutputTensor.Builder output(String datatype, long... shape) {
        return InferOutputTensor.newBuilder()
                .setName("x")
                .setDatatype(datatype)
                .addAllShape(Arrays.stream(shape).boxed().toList());
    }

    private static void assertMalformed(InferOutputTensor.Builder output, ByteString contents, String named) {
        SERVER.behaviour = (request, answer) -> {
            answer.onNext(ModelInferResponse.newBuilder()
                    .addOutputs(output)
                    .addRawOutputContents(contents)
                    .build());
            answer.onCompleted();
        };
        assertThatThrownBy(() -> CLIENT.infer(Requests.numbers(1)))
                .isInstanceOf(BatonException.MalformedAnswer.class)
                .hasMessageContaining(named)
                .hasMessageContaining(SERVER.address());
    }

    @Test
    void wrongInputsAreRefusedWhereTheyAreMade() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> InferenceInput.fp32("image", Shape.of(1, 3), 1, 2))
                .withMessage("input 'image' FP32 [1, 3] needs 3 elements; 2 are given");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> InferenceInput.fp32("image", Shape.of(-1), 1))
                .withMessageContaining("input 'image' has shape [-1]");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> InferenceInput.wrap("x", Datatype.INT32, Shape.of(1), ByteBuffer.allocate(6)))
                .withMessageContaining("6 bytes; INT32 takes 4");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> InferenceInput.wrap("x", Datatype.BYTES, Shape.of(1), ByteBuffer.allocate(6)))
                .withMessageContaining("input 'x' BYTES");
        assertThatIllegalArgumentException().isThrownBy(() -> Shape.of(-2)).withMessageContaining("[-2]");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> InferenceRequest.of(
                        "m", InferenceInput.bool("x", Shape.of(), true), InferenceInput.bool("x", Shape.of(), true)))
                .withMessage("input 'x' is given twice");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> InferenceRequest.of("m"))
                .withMessageContaining("without an input");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Datatype.ofName("FLOAT"))
                .withMessageContaining("FP32");
    }

    @Test
    void outputsAreReadAsWhatTheyAre() {
        OutputTensor output = CLIENT.infer(Requests.numbers(1)).output("x");
        assertThatIllegalStateException()
                .isThrownBy(output::toLongs)
                .withMessage("output 'x' is FP32, not an integer type");
        assertThatIllegalStateException().isThrownBy(output::toStrings).withMessage("output 'x' is FP32, not BYTES");
        assertThat(output).hasToString("x FP32 [1]");
        assertThat(output.data().isReadOnly()).isTrue();
    }
}
