package dev.baton.tensor.codec;

import dev.baton.tensor.Shape;
import dev.baton.tensor.Tensor;
import java.util.Arrays;
import java.util.SplittableRandom;

/**
 * Prints how fast each codec is on an activation after a ReLU (1 Mi floats, 64 channels, half of them zero): median of
 * many runs on one thread. A quick look; the figures that count come from JMH.
 */
final class CodecThroughput {
    private static final int RUNS = 60;
    private static final Shape SHAPE = Shape.of(1, 64, 128, 128);

    private CodecThroughput() {}

    public static void main(String[] arguments) {
        Tensor tensor = Tensor.ofFloats(SHAPE, afterRelu());
        System.out.printf("%-10s %12s %12s %10s%n", "codec", "encode GB/s", "decode GB/s", "bytes");
        for (Codec codec : Codec.all()) {
            double encode = medianSeconds(() -> Codecs.encode(tensor, codec).byteSize());
            EncodedTensor encoded = Codecs.encode(tensor, codec);
            double decode = medianSeconds(
                    () -> Codecs.decode(encoded, tensor.byteSize()).byteSize());
            System.out.printf(
                    "%-10s %12.2f %12.2f %10d%n",
                    codec, tensor.byteSize() / encode / 1e9, tensor.byteSize() / decode / 1e9, encoded.byteSize());
        }
    }

    private static float[] afterRelu() {
        SplittableRandom random = new SplittableRandom(1);
        float[] values = new float[(int) SHAPE.elementCount()];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) Math.max(0, random.nextGaussian());
        }
        return values;
    }

    private interface Work {
        long run();
    }

    private static double medianSeconds(Work work) {
        long[] nanos = new long[RUNS];
        for (int run = -RUNS; run < RUNS; run++) { // the first half warms up
            long start = System.nanoTime();
            if (work.run() < 0) {
                throw new IllegalStateException("a size is negative");
            }
            nanos[Math.max(run, 0)] = System.nanoTime() - start;
        }
        Arrays.sort(nanos);
        return nanos[RUNS / 2] / 1e9;
    }
}
