package dev.baton.openinference.protocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import dev.baton.openinference.Claim;
import dev.baton.openinference.Deadline;
import dev.baton.openinference.InferenceRequest;
import dev.baton.openinference.ModelInput;
import dev.baton.openinference.RequestRefusedException;
import dev.baton.schemas.inference.InferParameter;
import dev.baton.schemas.inference.InferTensorContents;
import dev.baton.schemas.inference.ModelInferRequest;
import dev.baton.schemas.inference.ModelInferRequest.InferInputTensor;
import dev.baton.tensor.ElementType;
import dev.baton.tensor.Shape;
import dev.baton.tensor.Tensor;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

final class RequestReaderTest {

    @ParameterizedTest
    @EnumSource(ElementType.class)
    void readsRawContentsOfEveryType(ElementType type) {
        byte[] bytes = new byte[6 * type.bytes()];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = (byte) (i % 2);
        }
        Tensor tensor =
                tensor(read(message(input("x", type.name(), 2, 3)).addRawInputContents(ByteString.copyFrom(bytes))));
        assertThat(tensor.type()).isEqualTo(type);
        assertThat(tensor.shape()).isEqualTo(Shape.of(2, 3));
        byte[] read = new byte[bytes.length];
        tensor.data().get(read);
        assertThat(read).isEqualTo(bytes);
    }

    @Test
    void readsTypedContents() {
        assertThat(tensor(typed(
                                "FP32",
                                InferTensorContents.newBuilder()
                                        .addFp32Contents(1.5f)
                                        .addFp32Contents(-2)))
                        .toFloats())
                .containsExactly(1.5f, -2f);
        assertThat(tensor(typed(
                                "INT64",
                                InferTensorContents.newBuilder()
                                        .addInt64Contents(1L << 40)
                                        .addInt64Contents(-1)))
                        .toLongs())
                .containsExactly(1L << 40, -1);
        assertThat(tensor(typed(
                                "INT32",
                                InferTensorContents.newBuilder()
                                        .addIntContents(7)
                                        .addIntContents(-7)))
                        .toLongs())
                .containsExactly(7, -7);
        assertThat(tensor(typed(
                                "INT8",
                                InferTensorContents.newBuilder()
                                        .addIntContents(127)
                                        .addIntContents(-128)))
                        .toLongs())
                .containsExactly(127, -128);
        assertThat(tensor(typed(
                                "UINT8",
                                InferTensorContents.newBuilder()
                                        .addUintContents(0)
                                        .addUintContents(255)))
                        .toLongs())
                .containsExactly(0, 255);
        assertThat(tensor(typed(
                                "BOOL",
                                InferTensorContents.newBuilder()
                                        .addBoolContents(true)
                                        .addBoolContents(false)))
                        .toLongs())
                .containsExactly(1, 0);
        assertThat(tensor(typed(
                                "FP64",
                                InferTensorContents.newBuilder()
                                        .addFp64Contents(0.1)
                                        .addFp64Contents(-2)))
                        .toDoubles())
                .containsExactly(0.1, -2);
        assertThat(tensor(typed(
                                "INT16",
                                InferTensorContents.newBuilder()
                                        .addIntContents(32767)
                                        .addIntContents(-32768)))
                        .toLongs())
                .containsExactly(32767, -32768);
        assertThat(tensor(typed(
                                "UINT16",
                                InferTensorContents.newBuilder()
                                        .addUintContents(65535)
                                        .addUintContents(1)))
                        .toLongs())
                .containsExactly(65535, 1);
        assertThat(tensor(typed(
                                "UINT32",
                                InferTensorContents.newBuilder()
                                        .addUintContents(-1)
                                        .addUintContents(1)))
                        .toLongs())
                .containsExactly(0xffffffffL, 1);
        assertThat(tensor(typed(
                                "UINT64",
                                InferTensorContents.newBuilder()
                                        .addUint64Contents(1L << 40)
                                        .addUint64Contents(1)))
                        .toLongs())
                .containsExactly(1L << 40, 1);
    }

    @Test
    void readsAPictureRawAndTyped() {
        byte[] picture = "a picture".getBytes(StandardCharsets.UTF_8);
        byte[] prefixed = new byte[4 + picture.length];
        prefixed[0] = (byte) picture.length;
        System.arraycopy(picture, 0, prefixed, 4, picture.length);
        InferenceRequest raw = read(message(input("x", "BYTES", 1)).addRawInputContents(ByteString.copyFrom(prefixed)));
        InferenceRequest typed = read(ModelInferRequest.newBuilder()
                .setModelName("m")
                .addInputs(input("x", "BYTES", 1, 1)
                        .setContents(InferTensorContents.newBuilder().addBytesContents(ByteString.copyFrom(picture)))));
        for (InferenceRequest request : List.of(raw, typed)) {
            assertThat(request.inputs().get("x"))
                    .isInstanceOfSatisfying(ModelInput.OfPicture.class, given -> assertThat(given.encoded())
                            .isEqualTo(picture));
        }
    }

    @Test
    void theEarlierOfCallDeadlineAndTimeoutWins() {
        ModelInferRequest.Builder message = message(input("x", "INT8", 1)).addRawInputContents(bytes(1));
        message.putParameters(
                "timeout", InferParameter.newBuilder().setInt64Param(2_000).build());
        assertThat(RequestReader.read(message.build(), Optional.empty(), 0).deadline())
                .contains(new Deadline(2_000_000));
        assertThat(RequestReader.read(message.build(), Optional.of(new Deadline(5)), 0)
                        .deadline())
                .contains(new Deadline(5));
        assertThat(RequestReader.read(message.build(), Optional.of(new Deadline(9_000_000)), 0)
                        .deadline())
                .contains(new Deadline(2_000_000));
    }

    @Test
    void priorityAndTenantAreParameters() {
        ModelInferRequest.Builder message = message(input("x", "INT8", 1)).addRawInputContents(bytes(1));
        assertThat(read(message).claim()).isEqualTo(Claim.NONE);
        message.putParameters(
                "priority", InferParameter.newBuilder().setUint64Param(1).build());
        message.putParameters(
                "tenant",
                InferParameter.newBuilder().setStringParam("acme.north").build());
        assertThat(read(message).claim()).isEqualTo(new Claim(1, "acme.north"));

        refused(with(message, "priority", InferParameter.newBuilder().setInt64Param(-1)), "'priority' is 1844");
        refused(with(message, "priority", InferParameter.newBuilder().setStringParam("high")), "not an int64");
        refused(with(message, "tenant", InferParameter.newBuilder().setInt64Param(3)), "not a string");
        refused(with(message, "tenant", InferParameter.newBuilder().setStringParam("a/b")), "'a/b'");
    }

    private static ModelInferRequest.Builder with(
            ModelInferRequest.Builder message, String name, InferParameter.Builder parameter) {
        return message.clone().putParameters(name, parameter.build());
    }

    @Test
    void ownIdsAreUniqueThoughClientIdsAreNot() {
        ModelInferRequest.Builder message =
                message(input("x", "INT8", 1)).setId("same").addRawInputContents(bytes(1));
        assertThat(read(message).id()).isNotEqualTo(read(message).id());
    }

    @Test
    void refusesWhatIsWrongAndSaysWhat() {
        refused(message(input("x", "FP32", 1, 4)).addRawInputContents(bytes(15)), "needs 16 bytes", "has 15");
        refused(message(input("x", "FP128", 1)).addRawInputContents(bytes(8)), "'FP128'", "FP32");
        refused(message(input("x", "FP32", -1)).addRawInputContents(bytes(8)), "[-1]");
        refused(message(input("x", "FP32", -2)).addRawInputContents(bytes(8)), "-2");
        refused(message(input("x", "FP32", 1L << 40, 1L << 40)).addRawInputContents(bytes(8)), "1099511627776");
        refused(message(input("x", "INT8", 1)), "neither contents nor raw_input_contents");
        refused(
                message(input("x", "INT8", 1)
                                .setContents(InferTensorContents.newBuilder().addIntContents(1)))
                        .addRawInputContents(bytes(1)),
                "one of the two");
        refused(
                message(input("x", "INT8", 1)).addRawInputContents(bytes(1)).addRawInputContents(bytes(1)),
                "2 elements for 1 inputs");
        refused(
                message(input("x", "INT8", 1))
                        .addInputs(input("x", "INT8", 1))
                        .addRawInputContents(bytes(1))
                        .addRawInputContents(bytes(1)),
                "given twice");
        refused(
                message(input("x", "INT8", 1)
                        .setContents(InferTensorContents.newBuilder().addIntContents(128))),
                "128",
                "-128 to 127");
        refused(
                message(input("x", "FP32", 2)
                        .setContents(InferTensorContents.newBuilder().addFp64Contents(1))),
                "2 elements in fp32_contents",
                "1 in other");
        refused(
                message(input("x", "FP16", 1)
                        .setContents(InferTensorContents.newBuilder().addFp32Contents(1))),
                "raw_input_contents");
        refused(message(input("x", "BYTES", 1)).addRawInputContents(bytes(3)), "length of 4 bytes");
        refused(message(input("x", "BYTES", 1)).addRawInputContents(bytes(5)), "0 bytes follow, 1 do");
        refused(message(input("x", "BYTES", 2)).addRawInputContents(bytes(4)), "one picture");
        refused(ModelInferRequest.newBuilder(), "model_name");
        ModelInferRequest.Builder timeout = message(input("x", "INT8", 1)).addRawInputContents(bytes(1));
        refused(
                timeout.clone()
                        .putParameters(
                                "timeout",
                                InferParameter.newBuilder().setInt64Param(-1).build()),
                "'timeout' is -1");
        refused(
                timeout.clone()
                        .putParameters(
                                "timeout",
                                InferParameter.newBuilder().setStringParam("1").build()),
                "int64");
    }

    private static void refused(ModelInferRequest.Builder message, String... parts) {
        assertThatThrownBy(() -> read(message))
                .isInstanceOfSatisfying(RequestRefusedException.class, e -> assertThat(e.reason())
                        .isEqualTo(RequestRefusedException.Reason.INVALID_INPUT))
                .message()
                .contains(parts);
    }

    private static InferenceRequest typed(String datatype, InferTensorContents.Builder contents) {
        return read(message(input("x", datatype, 2).setContents(contents)));
    }

    private static Tensor tensor(InferenceRequest request) {
        return ((ModelInput.OfTensor) Objects.requireNonNull(request.inputs().get("x"))).tensor();
    }

    private static InferenceRequest read(ModelInferRequest.Builder message) {
        return RequestReader.read(message.build(), Optional.empty(), 0);
    }

    private static ModelInferRequest.Builder message(InferInputTensor.Builder input) {
        return ModelInferRequest.newBuilder().setModelName("m").addInputs(input);
    }

    private static InferInputTensor.Builder input(String name, String datatype, long... shape) {
        return InferInputTensor.newBuilder()
                .setName(name)
                .setDatatype(datatype)
                .addAllShape(Arrays.stream(shape).boxed().toList());
    }

    private static ByteString bytes(int count) {
        return ByteString.copyFrom(new byte[count]);
    }
}
