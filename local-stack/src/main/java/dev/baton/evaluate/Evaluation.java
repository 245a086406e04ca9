package dev.baton.evaluate;

import dev.baton.inference.Device;
import dev.baton.inference.EngineSettings;
import dev.baton.inference.InferenceEngine;
import dev.baton.inference.InferenceSession;
import dev.baton.inference.InvalidInputException;
import dev.baton.inference.OnnxRuntimeEngine;
import dev.baton.partitioning.accuracy.AccuracyBudget;
import dev.baton.partitioning.accuracy.AccuracyProfile;
import dev.baton.partitioning.accuracy.AccuracyProfile.Metric;
import dev.baton.partitioning.accuracy.AccuracyProfile.WholeAccuracy;
import dev.baton.partitioning.accuracy.Answers;
import dev.baton.partitioning.accuracy.CodecAccuracy;
import dev.baton.partitioning.accuracy.PictureAccuracy;
import dev.baton.partitioning.accuracy.SplitPointAccuracy;
import dev.baton.partitioning.splitpackage.Manifest;
import dev.baton.partitioning.splitpackage.OperatorEntry;
import dev.baton.partitioning.splitpackage.OutputMeaning;
import dev.baton.partitioning.splitpackage.SplitPackage;
import dev.baton.partitioning.splitpackage.SplitPointEntry;
import dev.baton.tensor.Tensor;
import dev.baton.tensor.TensorSpec;
import dev.baton.tensor.codec.Codec;
import dev.baton.tensor.codec.Codecs;
import dev.baton.tensor.codec.EncodedTensor;
import dev.baton.tensor.image.UnreadableImageException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.function.Consumer;

/** Runs a divided model over a data set, with every codec at every split point, and compares with the whole model. */
public final class Evaluation {
    /*
     * Split points are taken one after another, and the data set is gone through for each: three models are open at a time and
     * one sample is in memory, however many there are of either. That runs the whole model once more for each split point and
     * sample, beside a tail for every quantisation; keeping all answers would be memory without a bound.
     */

    private static final int SAMPLES_BETWEEN_PROGRESS = 50;

    /** JPEG qualities that pictures are encoded with, beside as they came and without loss. */
    private static final List<Integer> JPEG_QUALITIES = List.of(85);

    /**
     * What to evaluate.
     *
     * @param splitPoints indices; empty for every one
     * @param limit samples at most
     * @param metric what decides; found out from the model when absent
     * @param measuredOn what the machine is called
     * @param now ISO 8601 in UTC
     */
    public record Settings(
            Device device,
            List<Codec> codecs,
            List<Integer> splitPoints,
            long limit,
            AccuracyBudget budget,
            Optional<Metric> metric,
            String measuredOn,
            String now) {
        public Settings {
            codecs = List.copyOf(codecs);
            splitPoints = List.copyOf(splitPoints);
            if (limit < 1 || codecs.isEmpty()) {
                throw new IllegalArgumentException(
                        "%d samples and %d codecs: expected one of each at least".formatted(limit, codecs.size()));
            }
        }
    }

    private final SplitPackage splitPackage;
    private final Manifest manifest;
    private final DataSet data;
    private final Settings settings;
    private final Consumer<String> progress;
    private final Optional<InputPictures> pictures;
    private final Metric metric;
    private final String classes;
    private final InferenceEngine engine;
    private final InferenceSession whole;

    private Evaluation(
            SplitPackage splitPackage,
            DataSet data,
            Settings settings,
            Consumer<String> progress,
            InferenceEngine engine,
            InferenceSession whole) {
        this.splitPackage = splitPackage;
        this.manifest = splitPackage.manifest();
        this.data = data;
        this.settings = settings;
        this.progress = progress;
        this.engine = engine;
        this.whole = whole;
        this.pictures = manifest.image().map(InputPictures::new);
        Optional<String> classification = classification(manifest);
        this.metric = settings.metric().orElse(classification.isPresent() ? Metric.TOP1 : Metric.RELATIVE_ERROR);
        this.classes = classification.orElse(manifest.outputs().getFirst().name());
    }

    /** The output that holds a classification: as described, or the only output when it is a vector. */
    private static Optional<String> classification(Manifest manifest) {
        Optional<OutputMeaning> meaning = manifest.output();
        if (meaning.isPresent()) {
            return meaning.filter(known -> known.kind().equals("classification"))
                    .map(OutputMeaning::tensor);
        }
        if (manifest.outputs().size() != 1) {
            return Optional.empty();
        }
        TensorSpec only = manifest.outputs().getFirst();
        boolean isVector = only.type().isFloat()
                && only.shape().rank() == 2
                && only.shape().dimension(0) <= 1
                && only.shape().dimension(1) > 1;
        return isVector ? Optional.of(only.name()) : Optional.empty();
    }

    /**
     * Evaluates.
     *
     * @throws BadDataSetException when the data set does not hold what the model takes
     * @throws IllegalArgumentException when a split point does not exist
     */
    public static AccuracyProfile of(
            SplitPackage splitPackage, DataSet data, Settings settings, Consumer<String> progress) throws IOException {
        try (InferenceEngine engine =
                        new OnnxRuntimeEngine(EngineSettings.defaults().withDevice(settings.device()));
                InferenceSession whole = engine.open(splitPackage.wholeFile())) {
            return new Evaluation(splitPackage, data, settings, progress, engine, whole).run();
        }
    }

    private AccuracyProfile run() throws IOException {
        List<SplitPointEntry> wanted = wanted();
        if (data.hasPictures() && pictures.isEmpty()) {
            throw new BadDataSetException(
                    "%s holds pictures, but nothing says how a picture becomes an input of %s: expected a description"
                            .formatted(data.name(), manifest.model()));
        }
        List<SplitPointAccuracy> points = new ArrayList<>();
        for (SplitPointEntry point : wanted) {
            points.add(evaluate(point));
        }
        List<PictureAccuracy> withPictures = data.hasPictures() ? evaluatePictures() : List.of();
        return new AccuracyProfile(
                AccuracyProfile.FORMAT,
                manifest.model(),
                splitPackage.version(),
                new AccuracyProfile.Dataset(
                        data.name(), Math.min(data.size(), settings.limit()), data.sha256(), data.isLabelled()),
                metric,
                settings.budget(),
                settings.measuredOn(),
                settings.now(),
                wholeAccuracy(),
                points,
                withPictures);
    }

    private List<SplitPointEntry> wanted() {
        List<SplitPointEntry> crossing = manifest.splitPoints().subList(0, manifest.lastIndex());
        for (int index : settings.splitPoints()) {
            if (index < 0 || index >= crossing.size()) {
                throw new IllegalArgumentException(
                        "split point %d: %s has 0 to %d at which something crosses (%d operators in all)"
                                .formatted(
                                        index,
                                        manifest.model(),
                                        crossing.size() - 1,
                                        crossing.getFirst().tailOperators()));
            }
        }
        return settings.splitPoints().isEmpty()
                ? crossing
                : crossing.stream()
                        .filter(point -> settings.splitPoints().contains(point.index()))
                        .toList();
    }

    /** One sample with what the whole model makes of it. */
    private record Answered(Sample sample, Map<String, Tensor> inputs, Map<String, Tensor> answer, long number) {}

    private interface Visitor {
        void visit(Answered answered) throws IOException;
    }

    private void each(String what, Visitor visitor) throws IOException {
        long size = Math.min(data.size(), settings.limit());
        try (DataSet.Samples samples = data.samples()) {
            for (long number = 0; number < size; number++) {
                Optional<Sample> next = samples.next();
                if (next.isEmpty()) {
                    throw new BadDataSetException(
                            "%s ends after %d samples, expected %d".formatted(data.name(), number, data.size()));
                }
                if (number % SAMPLES_BETWEEN_PROGRESS == 0) {
                    progress.accept("%s, sample %d of %d".formatted(what, number + 1, size));
                }
                Sample sample = next.get();
                Map<String, Tensor> inputs = inputs(sample);
                visitor.visit(new Answered(sample, inputs, wholeAnswer(sample, inputs), number));
            }
        }
    }

    private Map<String, Tensor> inputs(Sample sample) {
        Map<String, Tensor> inputs = new LinkedHashMap<>(sample.inputs());
        if (sample.picture().isPresent() && pictures.isPresent()) {
            try {
                Tensor tensor = pictures.get().tensor(sample.picture().get().encoded());
                manifest.image().ifPresent(image -> inputs.put(image.input(), tensor));
            } catch (UnreadableImageException e) {
                throw new BadDataSetException("%s: %s".formatted(sample.name(), e.getMessage()), e);
            }
        }
        for (TensorSpec input : manifest.inputs()) {
            if (!inputs.containsKey(input.name())) {
                throw new BadDataSetException("%s gives the inputs %s, but %s also takes %s"
                        .formatted(sample.name(), inputs.keySet(), manifest.model(), input));
            }
        }
        return inputs;
    }

    private Map<String, Tensor> wholeAnswer(Sample sample, Map<String, Tensor> inputs) {
        try {
            return only(manifest.outputs(), run(whole, inputs));
        } catch (InvalidInputException e) {
            throw new BadDataSetException("%s: %s".formatted(sample.name(), e.getMessage()), e);
        }
    }

    private static Map<String, Tensor> only(List<TensorSpec> specs, Map<String, Tensor> tensors) {
        Map<String, Tensor> chosen = new LinkedHashMap<>();
        specs.forEach(spec -> {
            Tensor tensor = tensors.get(spec.name());
            if (tensor != null) {
                chosen.put(spec.name(), tensor);
            }
        });
        return chosen;
    }

    private static Map<String, Tensor> run(InferenceSession session, Map<String, Tensor> available) {
        return session.run(only(session.inputs(), available)).outputs();
    }

    /** What is added up for one codec. */
    private static final class Meters {
        final AnswerMeter answers;
        final ByteMeter bytes = new ByteMeter();
        long encodeNanos;
        long decodeNanos;
        long timed;

        Meters(AnswerMeter answers) {
            this.answers = answers;
        }
    }

    private SplitPointAccuracy evaluate(SplitPointEntry point) throws IOException {
        Map<Codec, Meters> meters = new LinkedHashMap<>();
        settings.codecs().forEach(codec -> meters.put(codec, new Meters(meter())));
        int index = point.index();
        String what = "split point %d of %d, %s".formatted(index, manifest.lastIndex(), point.name());
        if (index == 0) {
            each(what, answered -> measure(answered, answered.inputs(), meters, decoded -> run(whole, decoded)));
        } else {
            try (InferenceSession head = engine.open(splitPackage.headFile(index));
                    InferenceSession tail = engine.open(splitPackage.tailFile(index))) {
                each(what, answered -> {
                    Map<String, Tensor> crossing =
                            splitPackage.crossing(index, answered.inputs(), run(head, answered.inputs()));
                    measure(
                            answered,
                            crossing,
                            meters,
                            decoded -> splitPackage.answer(
                                    index, decoded, run(tail, splitPackage.tailInputs(index, decoded))));
                });
            }
        }
        List<CodecAccuracy> codecs = new ArrayList<>();
        meters.forEach((codec, measured) -> codecs.add(accuracy(codec, measured)));
        SplitPointAccuracy evaluated =
                new SplitPointAccuracy(index, point.name(), headShare(point), Optional.empty(), codecs);
        return new SplitPointAccuracy(
                index,
                point.name(),
                evaluated.headFlopsShare(),
                evaluated.within(settings.budget(), metric).map(CodecAccuracy::codec),
                codecs);
    }

    private AnswerMeter meter() {
        return new AnswerMeter(metric, classes, settings.budget());
    }

    @FunctionalInterface
    private interface Rest {
        Map<String, Tensor> answer(Map<String, Tensor> decoded);
    }

    /** zstd changes no element, so the tail runs once for each quantisation. */
    private void measure(Answered answered, Map<String, Tensor> crossing, Map<Codec, Meters> meters, Rest rest) {
        Map<Codec.Quantization, Map<String, Tensor>> answers = new EnumMap<>(Codec.Quantization.class);
        meters.forEach((codec, measured) -> {
            long started = System.nanoTime();
            Map<String, EncodedTensor> encoded = new LinkedHashMap<>();
            crossing.forEach((name, tensor) -> encoded.put(name, Codecs.encode(tensor, codec)));
            long encodedAt = System.nanoTime();
            Map<String, Tensor> decoded = new LinkedHashMap<>();
            encoded.forEach((name, tensor) -> decoded.put(name, Codecs.decode(tensor, Integer.MAX_VALUE)));
            long decodedAt = System.nanoTime();
            boolean warmsUp = answered.number() == 0 && settings.limit() > 1 && data.size() > 1;
            if (!warmsUp) {
                measured.encodeNanos += encodedAt - started;
                measured.decodeNanos += decodedAt - encodedAt;
                measured.timed++;
            }
            measured.bytes.add(
                    encoded.values().stream().mapToLong(EncodedTensor::byteSize).sum());
            Map<String, Tensor> answer = answers.computeIfAbsent(
                    codec.quantization(), any -> only(manifest.outputs(), rest.answer(decoded)));
            measured.answers.add(answered.answer(), answer, answered.sample());
        });
    }

    private CodecAccuracy accuracy(Codec codec, Meters measured) {
        Answers answers = measured.answers.answers();
        return new CodecAccuracy(
                codec.id(),
                answers,
                measured.bytes.summary(),
                measured.encodeNanos / 1e3 / measured.timed,
                measured.decodeNanos / 1e3 / measured.timed,
                settings.budget().admits(metric, answers));
    }

    /** The head's part of all operations; unknown when one operator's are. */
    private OptionalDouble headShare(SplitPointEntry point) {
        double head = 0;
        double all = 0;
        int place = 0;
        for (OperatorEntry operator : manifest.operators()) {
            if (operator.flops().isEmpty()) {
                return OptionalDouble.empty();
            }
            all += operator.flops().getAsLong();
            head += place < point.headOperators() ? operator.flops().getAsLong() : 0;
            place++;
        }
        return all == 0 ? OptionalDouble.empty() : OptionalDouble.of(head / all);
    }

    private Optional<WholeAccuracy> wholeAccuracy() throws IOException {
        if (metric != Metric.TOP1 || !data.isLabelled()) {
            return Optional.empty();
        }
        AnswerMeter meter = meter();
        each("the whole model", answered -> meter.add(answered.answer(), answered.answer(), answered.sample()));
        Answers answers = meter.answers();
        return Optional.of(new WholeAccuracy(
                answers.accuracy().orElseThrow(), answers.crossEntropy().orElseThrow()));
    }

    private List<PictureAccuracy> evaluatePictures() throws IOException {
        Map<String, Meters> forms = new LinkedHashMap<>();
        each("pictures", answered -> {
            byte[] given = answered.sample().picture().orElseThrow().encoded();
            if (answered.sample().picture().get().asGiven()) {
                add(forms, "as given", answered, given, answered.answer());
            }
            InputPictures shown = pictures.orElseThrow();
            addPicture(forms, "png", answered, shown.png(given));
            for (int quality : JPEG_QUALITIES) {
                addPicture(forms, "jpeg-" + quality, answered, shown.jpeg(given, quality));
            }
        });
        List<PictureAccuracy> evaluated = new ArrayList<>();
        forms.forEach((form, meters) -> {
            Answers answers = meters.answers.answers();
            evaluated.add(new PictureAccuracy(
                    form, answers, meters.bytes.summary(), settings.budget().admits(metric, answers)));
        });
        return evaluated;
    }

    private void addPicture(Map<String, Meters> forms, String form, Answered answered, byte[] encoded) {
        Sample sample = answered.sample();
        Map<String, Tensor> inputs = inputs(new Sample(
                sample.name(), Optional.of(new Sample.Picture(encoded, false)), sample.inputs(), sample.labels()));
        add(forms, form, answered, encoded, wholeAnswer(sample, inputs));
    }

    private void add(
            Map<String, Meters> forms, String form, Answered answered, byte[] encoded, Map<String, Tensor> answer) {
        Meters meters = forms.computeIfAbsent(form, any -> new Meters(meter()));
        meters.bytes.add(encoded.length);
        meters.answers.add(answered.answer(), answer, answered.sample());
    }
}
