package dev.baton.gauge.train;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import dev.baton.gauge.CameraPicture;
import dev.baton.gauge.DesignSet;
import dev.baton.gauge.DialDesign;
import dev.baton.gauge.JpegCodec;
import dev.baton.gauge.ModelInput;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.LongStream;

/** Measures an exported model, in ONNX Runtime, on pictures of designs that training never saw. */
final class Evaluation {

    /** A reading that was made, beside what it should be; both are fractions of full scale. */
    private record Read(DesignSet set, DialDesign design, double truth, double reading) {

        double error() {
            return Math.abs(reading - truth);
        }
    }

    private Evaluation() {}

    /** Prints, as Markdown, the errors on {@code count} pictures of each held-out set. */
    static void print(Path model, int count) throws OrtException {
        List<Read> reads = new ArrayList<>();
        OrtEnvironment environment = OrtEnvironment.getEnvironment();
        try (OrtSession session = environment.createSession(model.toString())) {
            for (DesignSet set : List.of(DesignSet.HELD_OUT_DESIGNS, DesignSet.HELD_OUT_FAMILIES)) {
                List<CameraPicture> pictures = LongStream.range(0, count)
                        .parallel()
                        .mapToObj(index -> CameraPicture.of(set, index))
                        .toList();
                for (CameraPicture picture : pictures) {
                    float[] input = ModelInput.normalised(JpegCodec.decode(picture.jpeg()));
                    double reading = read(environment, session, input);
                    reads.add(new Read(set, picture.design(), picture.truth().fraction(), reading));
                }
            }
        }
        System.out.println("| pictures | count | mean error | median | 95th percentile | largest | above 5 % |");
        System.out.println("|---|---:|---:|---:|---:|---:|---:|");
        row("all", reads);
        group(reads, Read::set);
        group(reads, read -> "palette " + read.design().palette());
        group(reads, read -> "needle " + read.design().needle());
        group(reads, read -> "ticks " + read.design().ticks());
        group(reads, read -> "bezel " + read.design().bezel());
        group(reads, read -> "numbers " + read.design().numbers());
        group(reads, read -> read.design().sweepDegrees() < 220 ? "sweep below 220 degrees" : "sweep from 220 degrees");
    }

    /** The reading of one normalised picture. */
    static double read(OrtEnvironment environment, OrtSession session, float[] input) throws OrtException {
        long[] shape = {1, 3, ModelInput.SIDE, ModelInput.SIDE};
        try (OnnxTensor image = OnnxTensor.createTensor(environment, FloatBuffer.wrap(input), shape);
                OrtSession.Result result = session.run(Map.of("image", image))) {
            return ((OnnxTensor) result.get(0)).getFloatBuffer().get(0);
        }
    }

    private static void group(List<Read> reads, Function<Read, Object> family) {
        Map<String, List<Read>> groups = new TreeMap<>();
        for (Read read : reads) {
            String name = family.apply(read).toString().toLowerCase(Locale.ROOT).replace('_', ' ');
            groups.computeIfAbsent(name, k -> new ArrayList<>()).add(read);
        }
        groups.forEach(Evaluation::row);
    }

    private static void row(String name, List<Read> reads) {
        double[] errors = reads.stream().mapToDouble(Read::error).sorted().toArray();
        double mean = reads.stream().mapToDouble(Read::error).average().orElse(Double.NaN);
        long large = reads.stream().filter(read -> read.error() > 0.05).count();
        System.out.printf(
                Locale.ROOT,
                "| %s | %d | %.2f %% | %.2f %% | %.2f %% | %.2f %% | %.1f %% |%n",
                name,
                errors.length,
                100 * mean,
                100 * errors[errors.length / 2],
                100 * errors[(int) (errors.length * 0.95)],
                100 * errors[errors.length - 1],
                100.0 * large / errors.length);
    }
}
