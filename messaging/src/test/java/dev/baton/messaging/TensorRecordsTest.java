package dev.baton.messaging;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import dev.baton.schemas.records.ElementType;
import dev.baton.schemas.records.EncodedTensor;
import dev.baton.tensor.Shape;
import dev.baton.tensor.Tensor;
import dev.baton.tensor.codec.Codec;
import dev.baton.tensor.codec.Codecs;
import dev.baton.tensor.codec.CorruptPayloadException;
import java.util.Collections;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

final class TensorRecordsTest {
    private static final Tensor TENSOR = Tensor.ofFloats(Shape.of(1, 2, 3), -1, 0, 1, 2, 3, 4);

    private static final EncodedTensor GENUINE = EncodedTensor.newBuilder()
            .setName("x")
            .setElementType(ElementType.FP32)
            .addShape(2)
            .setCodec("raw")
            .setPayload(ByteString.copyFrom(new byte[8]))
            .build();

    @ParameterizedTest
    @MethodSource("dev.baton.tensor.codec.Codec#all")
    void aTensorTravelsThroughBytes(Codec codec) throws InvalidProtocolBufferException {
        var encoded = Codecs.encode(TENSOR, codec);
        byte[] wire = TensorRecords.toRecord("conv1", encoded).toByteArray();

        EncodedTensor message = EncodedTensor.parseFrom(wire);
        assertThat(message.getName()).isEqualTo("conv1");
        assertThat(message.getElementType()).isEqualTo(ElementType.FP32);
        assertThat(message.getShapeList()).containsExactly(1L, 2L, 3L);
        assertThat(message.getCodec()).isEqualTo(codec.id());
        var arrived = TensorRecords.fromRecord(message);
        assertThat(arrived).isEqualTo(encoded);
        assertThat(Codecs.decode(arrived, 24).maxAbsoluteDifference(TENSOR)).isLessThan(0.4);
    }

    @ParameterizedTest
    @EnumSource
    void theContractKnowsEveryElementType(dev.baton.tensor.ElementType type) {
        ElementType wire = ElementType.forNumber(type.onnxNumber());
        assertThat(wire).isNotNull();
        assertThat(wire.name()).isEqualTo(type.name());
    }

    @Test
    void anUnknownElementTypeIsRefused() {
        assertRefused(GENUINE.toBuilder().setElementTypeValue(8).build(), "tensor 'x': element type STRING");
        assertRefused(GENUINE.toBuilder().clearElementType().build(), "element type UNDEFINED");
    }

    @Test
    void anUnknownCodecIsRefused() {
        assertRefused(GENUINE.toBuilder().setCodec("lz4").build(), "unknown codec 'lz4'");
        assertRefused(GENUINE.toBuilder().clearCodec().build(), "unknown codec ''");
    }

    @Test
    void anImpossibleShapeIsRefused() {
        assertRefused(GENUINE.toBuilder().addShape(-1).build(), "has a variable dimension");
        assertRefused(GENUINE.toBuilder().addShape(-5).build(), "dimension -5");
        assertRefused(
                GENUINE.toBuilder().addAllShape(Collections.nCopies(100, 1L)).build(), "101 dimensions, at most 64");
    }

    @Test
    void whatStrangersWriteDoesNotFillALog() {
        EncodedTensor message = GENUINE.toBuilder()
                .setName("n".repeat(100_000))
                .setCodec("c".repeat(100_000))
                .build();
        assertThatExceptionOfType(CorruptPayloadException.class)
                .isThrownBy(() -> TensorRecords.fromRecord(message))
                .satisfies(refused -> assertThat(refused.getMessage()).hasSizeLessThan(1_000));
    }

    @Test
    void damagedRecordsGiveATensorOrAnError() {
        byte[] wire = TensorRecords.toRecord("conv1", Codecs.encode(TENSOR, Codec.parse("int8+zstd")))
                .toByteArray();
        SplittableRandom random = new SplittableRandom(17);
        int tensors = 0;
        int unparsed = 0;
        int refused = 0;
        for (int round = 0; round < 5_000; round++) {
            byte[] damaged = wire.clone();
            for (int i = 0; i <= random.nextInt(3); i++) {
                damaged[random.nextInt(damaged.length)] = (byte) random.nextInt();
            }
            try {
                Tensor tensor = Codecs.decode(TensorRecords.fromRecord(EncodedTensor.parseFrom(damaged)), 1024);
                assertThat(tensor.byteSize()).isLessThanOrEqualTo(1024);
                tensors++;
            } catch (InvalidProtocolBufferException notAMessage) {
                unparsed++;
            } catch (CorruptPayloadException corrupt) {
                refused++;
            }
        }
        assertThat(tensors).isPositive();
        assertThat(unparsed).isPositive();
        assertThat(refused).isPositive();
    }

    private static void assertRefused(EncodedTensor message, String why) {
        assertThatExceptionOfType(CorruptPayloadException.class)
                .isThrownBy(() -> TensorRecords.fromRecord(message))
                .withMessageContaining(why);
    }
}
