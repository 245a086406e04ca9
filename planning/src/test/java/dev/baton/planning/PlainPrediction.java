package dev.baton.planning;

import dev.baton.partitioning.Placement;
import dev.baton.planning.EdgeObservation.Encoding;
import dev.baton.planning.EdgeObservation.SplitTime;
import dev.baton.planning.TailObservation.Decoding;
import dev.baton.planning.TailObservation.ModelTimes;
import dev.baton.planning.TailObservation.PointTimes;
import dev.baton.tensor.codec.Codec;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.function.Function;
import java.util.stream.IntStream;

/**
 * The median prediction written down plainly, from what one window of the edge node and one of each tail say: slow, and as the
 * documentation has it. {@code NaN} stands for unknown. {@link Predictor} must say the same.
 */
final class PlainPrediction {
    private final ModelProfile profile;
    private final EdgeObservation edge;
    private final List<TailObservation> tails;
    private final Predictor.Settings settings;
    private final int last;

    PlainPrediction(
            ModelProfile profile, EdgeObservation edge, List<TailObservation> tails, Predictor.Settings settings) {
        this.profile = profile;
        this.edge = edge;
        this.tails = tails;
        this.settings = settings;
        this.last = profile.points().size() - 1;
    }

    /** Medians of one choice's terms. */
    record Terms(Map<TermName, Double> micros, double engineWait, double linkWait) {
        double sum(TermName... names) {
            double sum = 0;
            for (TermName name : names) {
                sum += micros.getOrDefault(name, Double.NaN);
            }
            return sum;
        }
    }

    /** The median of each term of a choice; 0 where it has no such stage. */
    Terms terms(Choice choice) {
        int point = point(choice);
        boolean cloud = point < last;
        boolean picture = pictures() && point == 0;
        Map<TermName, Double> terms = new EnumMap<>(TermName.class);
        terms.put(TermName.PREPROCESS, pictures() && point > 0 ? preprocess() : 0);
        terms.put(TermName.HEAD, head(point));
        terms.put(TermName.ENCODE, cloud && !picture ? encode(point, choice.codec()) : 0);
        terms.put(TermName.UPLINK, cloud ? bytes(choice) / known(edge.link().bytesPerSecond()) * 1e6 : 0);
        terms.put(TermName.ROUND_TRIP, cloud ? known(edge.link().roundTripMicros()) : 0);
        terms.put(TermName.BROKER, cloud ? median(edge.brokerMicros()).orElse(settings.brokerPriorMicros()) : 0);
        terms.put(TermName.TAIL_QUEUE, cloud ? queue(point) : 0);
        terms.put(TermName.DECODE, !cloud ? 0 : picture ? pictureDecode() : decode(point, choice.codec()));
        terms.put(TermName.TAIL, cloud ? tail(point) : 0);
        terms.put(TermName.RESULT, cloud && resultBytes(point) > 0 ? resultBytes(point) / downlink() * 1e6 : 0);
        terms.put(TermName.OTHER, other().orElse(0.0));
        return withWaits(choice, new Terms(terms, 0, 0));
    }

    double joules(Choice choice, PowerModel power) {
        Terms terms = terms(choice);
        return power.joules(
                terms.sum(TermName.PREPROCESS, TermName.HEAD, TermName.ENCODE, TermName.OTHER) - terms.engineWait,
                terms.sum(TermName.UPLINK) - terms.linkWait,
                terms.engineWait
                        + terms.linkWait
                        + terms.sum(
                                TermName.ROUND_TRIP,
                                TermName.BROKER,
                                TermName.TAIL_QUEUE,
                                TermName.DECODE,
                                TermName.TAIL,
                                TermName.RESULT));
    }

    /** With as many digits as state keeps: near an overload, the last one makes a difference. */
    private static double kept(double ratio) {
        return Halves.value(Halves.of(ratio));
    }

    /** For the edge node's engine, unless the head in use was measured with its wait, and then for its uplink. */
    private Terms withWaits(Choice choice, Terms idle) {
        boolean inUse = edge.placements().stream()
                .anyMatch(times -> times.totalMicros().isPresent() && point(times.choice()) == point(choice));
        double busy = idle.sum(TermName.PREPROCESS, TermName.HEAD);
        double uplink = idle.sum(TermName.UPLINK);
        double beforeCodec = idle.sum(
                TermName.PREPROCESS,
                TermName.HEAD,
                TermName.ROUND_TRIP,
                TermName.BROKER,
                TermName.TAIL_QUEUE,
                TermName.TAIL,
                TermName.RESULT,
                TermName.OTHER);
        double engine = inUse ? 0 : pollaczekKhinchine(busy, beforeCodec);
        double link = pollaczekKhinchine(uplink, idle.sum(TermName.values()) + engine);
        Map<TermName, Double> terms = new EnumMap<>(idle.micros);
        terms.merge(TermName.HEAD, engine, Double::sum);
        terms.merge(TermName.UPLINK, link, Double::sum);
        return new Terms(terms, engine, link);
    }

    private double pollaczekKhinchine(double service, double latency) {
        double rate = edge.requests() * 1e6 / edge.windowMicros();
        double inFlight = inFlight(rate, latency);
        if (!(inFlight > 1)) {
            return 0;
        }
        double possible = Math.min(rate, inFlight / latency * 1e6);
        double load = possible * service / 1e6 * (inFlight - 1) / inFlight;
        double steady = Math.min(load, 0.95);
        double wait = steady * service / (2 * (1 - steady));
        return answered() ? Math.min(wait, (inFlight - 1) * service) : wait;
    }

    private boolean answered() {
        return edge.placements().stream().anyMatch(times -> times.totalMicros().isPresent());
    }

    /** By Little's law, but no more than there were in this window, where any were answered. */
    private double inFlight(double rate, double latency) {
        double seen = edge.placements().stream()
                .flatMap(times -> times.totalMicros().stream())
                .mapToDouble(total -> total.count() * total.mean() / (edge.windowMicros() + total.mean()))
                .sum();
        double open = rate * latency / 1e6;
        return answered() ? Math.min(open, kept(seen)) : open;
    }

    /** As the package tells, by as much more or less as the answers that came had. */
    private double resultBytes(int point) {
        double ratio = edge.placements().stream()
                .filter(times -> times.resultBytes().isPresent())
                .mapToDouble(times -> times.resultBytes().get().p50()
                        / Math.max(
                                1, profile.points().get(point(times.choice())).resultBytes()))
                .reduce((one, later) -> later)
                .orElse(Double.NaN);
        ratio = kept(ratio);
        double expected = profile.points().get(point).resultBytes();
        return Double.isNaN(ratio) ? expected : ratio * Math.max(1, expected);
    }

    private double downlink() {
        return known(
                edge.link().downlinkBytesPerSecond().isPresent()
                        ? edge.link().downlinkBytesPerSecond()
                        : edge.link().bytesPerSecond());
    }

    private Optional<Double> other() {
        return edge.placements().stream()
                .flatMap(times -> times.otherMicros().stream())
                .map(Moments::p50)
                .findFirst();
    }

    double cost(Choice choice) {
        double tailMicros = terms(choice).sum(TermName.DECODE, TermName.TAIL);
        return point(choice) == last ? 0 : settings.price().of(tailMicros / batch());
    }

    /** Whether clients send compressed pictures: what they did in the window, else what the package offers. */
    boolean pictures() {
        return profile.takesPictures()
                && (edge.requests() == 0 || edge.pictureBytes().isPresent());
    }

    private int point(Choice choice) {
        return switch (choice.placement()) {
            case Placement.EdgeOnly whole -> last;
            case Placement.CloudOnly none -> 0;
            case Placement.Split(int point) -> point;
        };
    }

    private double preprocess() {
        return median(edge.preprocessMicros()).orElseGet(this::pictureDecodeOnTails);
    }

    private double pictureDecode() {
        double onTails = pictureDecodeOnTails();
        return Double.isNaN(onTails) ? known(median(edge.preprocessMicros())) : onTails;
    }

    private double pictureDecodeOnTails() {
        double byMediaType = meanOverTails(model -> point(model, 0).flatMap(times -> decoding(times, "image/jpeg")));
        return Double.isNaN(byMediaType)
                ? meanOverTails(model -> point(model, 0).flatMap(PointTimes::decodeMicros))
                : byMediaType;
    }

    /** As measured, else between the measured heads around it in proportion to the work between them. */
    private double head(int point) {
        if (point == 0) {
            return 0;
        }
        Optional<Double> measured = measuredHead(point);
        if (measured.isPresent()) {
            return measured.get();
        }
        int below = IntStream.iterate(point, at -> at > 0, at -> at - 1)
                .filter(at -> measuredHead(at).isPresent())
                .findFirst()
                .orElse(0);
        OptionalDouble nothing = OptionalDouble.empty();
        double lower = below == 0 ? 0 : measuredHead(below).orElseThrow();
        int above = IntStream.rangeClosed(point, last)
                .filter(at -> measuredHead(at).isPresent())
                .findFirst()
                .orElse(-1);
        if (above < 0) {
            return below == 0 || !(work(below) > 0) ? known(nothing) : lower * work(point) / work(below);
        }
        double upper = Math.max(lower, measuredHead(above).orElseThrow());
        double between = work(above) - work(below);
        return between > 0 ? lower + (work(point) - work(below)) / between * (upper - lower) : upper;
    }

    private Optional<Double> measuredHead(int point) {
        return edge.heads().stream()
                .filter(head -> head.splitPoint() == point)
                .map(SplitTime::micros)
                .map(Moments::p50)
                .findFirst();
    }

    /** What the tails take less behind this split point, where they ran all of them; else the operators' share. */
    private double work(int point) {
        boolean tailsTell = IntStream.rangeClosed(1, last).allMatch(at -> measuredTail(at) <= measuredTail(at - 1))
                && measuredTail(0) > 0;
        return tailsTell
                ? measuredTail(0) - measuredTail(point)
                : profile.points().get(point).headShare();
    }

    private double tail(int point) {
        double measured = measuredTail(point);
        if (!Double.isNaN(measured)) {
            return measured;
        }
        List<Integer> both = IntStream.range(0, last)
                .filter(at -> !Double.isNaN(measuredTail(at)) && head(last) - head(at) > 0)
                .boxed()
                .toList();
        double here = both.stream().mapToDouble(at -> head(last) - head(at)).sum();
        double there = both.stream().mapToDouble(this::measuredTail).sum();
        double byRatio = Math.max(0, (head(last) - head(point)) * (here > 0 ? there / here : Double.NaN));
        return Double.isNaN(byRatio)
                ? measuredTail(0) * (1 - profile.points().get(point).headShare())
                : byRatio;
    }

    private double measuredTail(int point) {
        return point == last ? 0 : meanOverTails(model -> point(model, point).flatMap(PointTimes::runMicros));
    }

    /** By bytes, and a KiB: as the codec takes for what is most alike in size, else as the slowest codec. */
    private double encode(int point, Codec codec) {
        double units = crossing(point) + 1024;
        return likeIn(point, other -> nanosPerUnit(other, codec))
                .or(() -> IntStream.range(0, last)
                        .boxed()
                        .flatMap(any -> ModelProfile.CODECS.stream().flatMap(each -> nanosPerUnit(any, each).stream()))
                        .max(Comparator.naturalOrder()))
                .map(nanos -> nanos * units / 1e3)
                .orElse(Double.NaN);
    }

    private Optional<Double> nanosPerUnit(int point, Codec codec) {
        return encoding(point, codec)
                .flatMap(Encoding::micros)
                .map(micros -> micros.p50() * 1e3 / (crossing(point) + 1024));
    }

    private Optional<Encoding> encoding(int point, Codec codec) {
        return edge.encodings().stream()
                .filter(encoding ->
                        encoding.splitPoint() == point && encoding.codec().equals(codec))
                .findFirst();
    }

    private double bytes(Choice choice) {
        int point = point(choice);
        if (pictures() && point == 0) {
            return median(edge.pictureBytes())
                    .orElseGet(() -> (double) profile.samplePictureBytes().orElseThrow());
        }
        double expected = profile.expectedBytes(profile.indexOf(choice));
        Optional<Double> measured = encoding(point, choice.codec())
                .flatMap(Encoding::bytes)
                .map(moments -> kept(moments.p50() / expected) * expected);
        Optional<Double> imported = Optional.ofNullable(
                        profile.points().get(point).codecs().get(choice.codec()))
                .map(ModelProfile.CodecFacts::bytes);
        double asIs = choice.codec().equals(Codec.RAW) ? crossing(point) : Double.NaN;
        return measured.or(() -> imported).orElse(asIs);
    }

    /** By codec where tails tell, here or by bytes; coders of entropies as long as they encode; else all codecs together. */
    private double decode(int point, Codec codec) {
        Optional<Double> byCodec = likeIn(point, other -> present(
                        meanOverTails(model -> point(model, other).flatMap(times -> decoding(times, codec.id())))
                                / (other == point ? 1 : crossing(other)))
                .map(micros -> other == point ? micros : micros * crossing(point)));
        if (byCodec.isPresent()) {
            return byCodec.get();
        }
        Optional<Double> together =
                likeIn(point, other -> present(decodeOfAll(other) / (other == point ? 1 : crossing(other)))
                        .map(micros -> other == point ? micros : micros * crossing(point)));
        if (codec.quantization().isEntropyCoded()) {
            double encode = encode(point, codec);
            return Double.isNaN(encode) ? encode : Math.max(encode, together.orElse(0.0));
        }
        return together.orElse(Double.NaN);
    }

    private double decodeOfAll(int point) {
        return point == 0 && profile.takesPictures()
                ? Double.NaN
                : meanOverTails(model -> point(model, point).flatMap(PointTimes::decodeMicros));
    }

    private static Optional<Moments> decoding(PointTimes times, String codec) {
        return times.decodings().stream()
                .filter(decoding -> decoding.codec().equals(codec))
                .map(Decoding::micros)
                .findFirst();
    }

    /*
     * Sakasegawa's wait at the load without this edge node's own requests, and with those that are on their way when one arrives.
     */
    private double queue(int point) {
        if (tails.isEmpty()) {
            return Double.NaN;
        }
        double rate = edge.requests() * 1e6 / edge.windowMicros();
        double latency = head(point) + tail(point) + known(edge.link().roundTripMicros());
        double inFlight = inFlight(rate, latency);
        double others = inFlight > 1 ? (inFlight - 1) / inFlight : 0;
        double extra = others > 0 ? rate * tail(point) / 1e6 / batch() * others : 0;
        double measured = meanOverTails(model -> model.requests() > 0 ? model.queueMicros() : Optional.empty());
        double then = sakasegawa(busy() + extra);
        return Double.isNaN(measured) ? then : Math.max(0, measured + then - sakasegawa(busy()));
    }

    private double busy() {
        return tails.stream()
                .mapToDouble(tail -> tail.utilization() * tail.workers())
                .sum();
    }

    private double sakasegawa(double busy) {
        double workers = tails.stream().mapToInt(TailObservation::workers).sum();
        double ofOne = workers / tails.size();
        double load = busy / workers;
        double steady = Math.clamp(load, 0, 0.95);
        double service = tails.stream()
                .mapToDouble(PlainPrediction::service)
                .filter(micros -> micros > 0)
                .average()
                .orElse(10_000);
        double variability = tails.stream()
                .filter(tail -> service(tail) > 0)
                .mapToDouble(PlainPrediction::variability)
                .average()
                .orElse(0);
        return (1 + variability)
                        / 2
                        * Math.pow(steady, Math.sqrt(2 * (ofOne + 1)) - 1)
                        / (ofOne * (1 - steady))
                        * service
                + Math.max(0, load - 0.95) * 5e6;
    }

    private static double service(TailObservation tail) {
        double count = runs(tail).stream().mapToDouble(Moments::count).sum();
        return count == 0
                ? 0
                : runs(tail).stream()
                                .mapToDouble(run -> run.count() * run.p50())
                                .sum()
                        / count;
    }

    private static double variability(TailObservation tail) {
        double mean = service(tail);
        double count = runs(tail).stream().mapToDouble(Moments::count).sum();
        double variance = runs(tail).stream()
                        .mapToDouble(run -> run.count() * (Math.pow(run.p50() - mean, 2) + Math.pow(run.spread(), 2)))
                        .sum()
                / count;
        return variance / (mean * mean);
    }

    private static List<Moments> runs(TailObservation tail) {
        return tail.models().stream()
                .flatMap(model -> model.times().stream())
                .flatMap(times -> times.runMicros().stream())
                .toList();
    }

    private double batch() {
        return Math.max(
                1,
                tails.stream()
                        .flatMap(tail -> tail.models().stream())
                        .flatMap(model -> model.batchSize().stream())
                        .mapToDouble(Moments::mean)
                        .max()
                        .orElse(1));
    }

    private double meanOverTails(Function<ModelTimes, Optional<Moments>> told) {
        return tails.stream()
                .flatMap(tail -> tail.models().stream())
                .flatMap(model -> told.apply(model).stream())
                .mapToDouble(Moments::p50)
                .average()
                .orElse(Double.NaN);
    }

    private static Optional<PointTimes> point(ModelTimes model, int point) {
        return model.times().stream()
                .filter(times -> times.splitPoint() == point)
                .findFirst();
    }

    /** What is known at the split point itself, else at the one whose crossing bytes are most alike. */
    private Optional<Double> likeIn(int point, Function<Integer, Optional<Double>> known) {
        return IntStream.range(0, last)
                .boxed()
                .sorted(Comparator.comparing((Integer other) -> other != point)
                        .thenComparing(other -> Math.abs(Math.log((crossing(other) + 1) / (crossing(point) + 1)))))
                .flatMap(other -> known.apply(other).stream())
                .findFirst();
    }

    private double crossing(int point) {
        return (double) profile.points().get(point).crossingBytes();
    }

    private static Optional<Double> present(double value) {
        return Double.isNaN(value) ? Optional.empty() : Optional.of(value);
    }

    private static Optional<Double> median(Optional<Moments> moments) {
        return moments.map(Moments::p50);
    }

    private static double known(Optional<Double> value) {
        return value.orElse(Double.NaN);
    }

    private static double known(OptionalDouble value) {
        return value.orElse(Double.NaN);
    }
}
