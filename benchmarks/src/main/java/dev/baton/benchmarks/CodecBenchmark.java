package dev.baton.benchmarks;

import dev.baton.tensor.Shape;
import dev.baton.tensor.Tensor;
import dev.baton.tensor.codec.Codec;
import dev.baton.tensor.codec.Codecs;
import dev.baton.tensor.codec.EncodedTensor;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** Encoding and decoding of one activation. JMH subclasses it. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
public class CodecBenchmark {

    /** 64 channels of 64×64: 1 MiB. */
    static final Shape SHAPE = Shape.of(1, 64, 64, 64);

    static final long BYTES = SHAPE.elementCount() * Float.BYTES;

    /** Set by JMH: see {@link Codec#id()}. */
    @Param({"raw", "raw+zstd", "fp16", "fp16+zstd", "int8", "int8+zstd", "int4", "int4+zstd", "step12", "step6", "step3"
    })
    public String codec = "raw";

    private Tensor tensor = activation();
    private Codec parsed = Codec.RAW;
    private EncodedTensor encoded = Codecs.encode(tensor, parsed);

    /** Encodes once, for decoding. */
    @Setup
    public void encodeOnce() {
        parsed = Codec.parse(codec);
        tensor = activation();
        encoded = Codecs.encode(tensor, parsed);
    }

    @Benchmark
    public EncodedTensor encode() {
        return Codecs.encode(tensor, parsed);
    }

    @Benchmark
    public Tensor decode() {
        return Codecs.decode(encoded, BYTES);
    }

    /**
     * As after a Relu: half of the elements are 0, channels differ in scale, neighbours are alike. Real activations
     * compress better still.
     */
    static Tensor activation() {
        Random random = new Random(7);
        int channels = 64;
        int side = 64;
        float[] values = new float[channels * side * side];
        int i = 0;
        for (int channel = 0; channel < channels; channel++) {
            double scale = Math.exp(random.nextGaussian());
            double state = 0;
            for (int element = 0; element < side * side; element++) {
                state = 0.9 * state + 0.4 * random.nextGaussian();
                values[i++] = (float) Math.max(0, state * scale);
            }
        }
        return Tensor.ofFloats(SHAPE, values);
    }
}
