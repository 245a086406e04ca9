package dev.baton.orchestrator.planning;

import static dev.baton.planning.TermName.BROKER;
import static dev.baton.planning.TermName.DECODE;
import static dev.baton.planning.TermName.ENCODE;
import static dev.baton.planning.TermName.HEAD;
import static dev.baton.planning.TermName.PREPROCESS;
import static dev.baton.planning.TermName.ROUND_TRIP;
import static dev.baton.planning.TermName.TAIL;
import static dev.baton.planning.TermName.TAIL_QUEUE;
import static dev.baton.planning.TermName.UPLINK;

import dev.baton.orchestrator.fleet.EdgeNode;
import dev.baton.orchestrator.fleet.Estimate;
import dev.baton.orchestrator.fleet.SplitCodec;
import dev.baton.orchestrator.fleet.TailNode;
import dev.baton.orchestrator.planning.ModelProfile.SplitPoint;
import dev.baton.planning.Choice;
import dev.baton.planning.Quantities;
import dev.baton.planning.Term;
import dev.baton.tensor.codec.Codec;
import java.time.Duration;
import java.util.Comparator;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.function.Function;
import java.util.stream.DoubleStream;

/** Gives each term of a prediction its value for one situation: measured, derived from measurements and so marked, or unknown. */
final class TermEstimator {
    /*
     * A placement that was never used lacks some measurements, and a planner that refuses to guess would never try it.
     * So what can be derived from neighbouring measurements is derived, marked as an estimate with its origin, and
     * replaced by the measurement as soon as there is one:
     *   encode  the same codec at another split point, else the slowest measured codec, by bytes
     *   decode  the costliest decode per byte among measured split points, by bytes
     *   tail    the edge node's own time for the same operators, times the ratio of tail to edge speed, which comes
     *           from the split points that both have measured
     *   broker  what other edge nodes see, else the prior setting
     * Heads, the link and pictures' sizes are never guessed.
     */
    private final Situation situation;
    private final Duration brokerPrior;

    TermEstimator(Situation situation, Duration brokerPrior) {
        this.situation = situation;
        this.brokerPrior = brokerPrior;
    }

    Term preprocess() {
        if (!situation.picturesExpected()) {
            return Term.absent(PREPROCESS, "clients send tensors");
        }
        Optional<Estimate> measured = situation.edge().preprocessMicros();
        if (measured.isPresent()) {
            return Term.measured(PREPROCESS, measured.get().value(), "on the edge node");
        }
        return tailDecode(situation.profile().first().index()).stream()
                .mapToObj(micros -> Term.estimated(PREPROCESS, micros, "as the tails take for a picture"))
                .findFirst()
                .orElseGet(() -> Term.unknown(PREPROCESS, "the edge node has not decoded a picture yet"));
    }

    Term head(SplitPoint point) {
        Estimate measured = situation.edge().headMicros().get(point.index());
        return measured == null
                ? Term.unknown(
                        HEAD, "the head of split point %d has not run on the edge node yet".formatted(point.index()))
                : Term.measured(HEAD, measured.value(), "on the edge node");
    }

    Term encode(SplitPoint point, String codec) {
        Map<SplitCodec, EdgeNode.Encoding> encodings = situation.edge().encodings();
        Optional<Double> measured = Optional.ofNullable(encodings.get(new SplitCodec(point.index(), codec)))
                .flatMap(EdgeNode.Encoding::encodeMicros)
                .map(Estimate::value);
        if (measured.isPresent()) {
            return Term.measured(ENCODE, measured.get(), "on the edge node");
        }
        Optional<Map.Entry<SplitCodec, EdgeNode.Encoding>> similar =
                costliestEncoding(key -> key.codec().equals(codec)).or(() -> costliestEncoding(key -> true));
        return similar.map(other -> {
                    double micros = microsPerByte(other) * point.crossingBytes();
                    String note = "by bytes from %s at split point %d"
                            .formatted(other.getKey().codec(), other.getKey().splitPoint());
                    return Term.estimated(ENCODE, micros, note);
                })
                .orElseGet(() -> Term.unknown(ENCODE, "the edge node has encoded nothing yet"));
    }

    private Optional<Map.Entry<SplitCodec, EdgeNode.Encoding>> costliestEncoding(Function<SplitCodec, Boolean> wanted) {
        return situation.edge().encodings().entrySet().stream()
                .filter(entry -> wanted.apply(entry.getKey()))
                .filter(entry -> entry.getValue().encodeMicros().isPresent())
                .filter(entry -> crossingBytes(entry.getKey().splitPoint()) > 0)
                .max(Comparator.comparingDouble(this::microsPerByte));
    }

    private double microsPerByte(Map.Entry<SplitCodec, EdgeNode.Encoding> measured) {
        double micros = measured.getValue().encodeMicros().map(Estimate::value).orElse(0.0);
        return micros / crossingBytes(measured.getKey().splitPoint());
    }

    private double crossingBytes(int splitPoint) {
        return situation
                .profile()
                .splitPoint(splitPoint)
                .map(point -> (double) point.crossingBytes())
                .orElse(0.0);
    }

    /** Bytes that cross at {@code point} with {@code codec}: as the edge node measures, else as measured at import. */
    OptionalDouble bytes(SplitPoint point, String codec) {
        Optional<Double> measured = Optional.ofNullable(
                        situation.edge().encodings().get(new SplitCodec(point.index(), codec)))
                .flatMap(EdgeNode.Encoding::bytes)
                .map(Estimate::value);
        if (measured.isPresent()) {
            return OptionalDouble.of(measured.get());
        }
        ModelProfile.CodecCost imported = point.codecs().get(codec);
        if (imported != null) {
            return OptionalDouble.of((double) imported.bytes());
        }
        return codec.equals(Choice.NO_CODEC.id())
                ? OptionalDouble.of((double) point.crossingBytes())
                : OptionalDouble.empty();
    }

    /** Bytes of a client's compressed picture: as the edge node measures, else the package's sample. */
    OptionalDouble pictureBytes() {
        Optional<Estimate> measured = situation.edge().encodedInputBytes();
        if (measured.isPresent()) {
            return OptionalDouble.of(measured.get().value());
        }
        return situation.profile().samplePictureBytes().isPresent()
                ? OptionalDouble.of(
                        (double) situation.profile().samplePictureBytes().getAsLong())
                : OptionalDouble.empty();
    }

    Term uplink(OptionalDouble bytes) {
        OptionalDouble rate = situation.link().uplinkBytesPerSecond();
        if (bytes.isEmpty()) {
            return Term.unknown(UPLINK, "the size of what crosses was never measured");
        }
        if (rate.isEmpty()) {
            return Term.unknown(UPLINK, "the edge node has no estimate of its uplink yet");
        }
        return Term.measured(
                UPLINK,
                bytes.getAsDouble() / rate.getAsDouble() * 1e6,
                "%s at %s".formatted(Quantities.bytes(bytes.getAsDouble()), Quantities.rate(rate.getAsDouble())));
    }

    Term roundTrip() {
        OptionalDouble micros = situation.link().roundTripMicros();
        return micros.isPresent()
                ? Term.measured(ROUND_TRIP, micros.getAsDouble(), "on the edge node")
                : Term.unknown(ROUND_TRIP, "the edge node has no estimate of its round trip yet");
    }

    Term broker() {
        Optional<Estimate> measured = situation.edge().brokerMicros();
        if (measured.isPresent()) {
            return Term.measured(BROKER, measured.get().value(), "on the edge node");
        }
        OptionalDouble fleet = situation.fleetBrokerMicros();
        return fleet.isPresent()
                ? Term.estimated(BROKER, fleet.getAsDouble(), "as elsewhere in the fleet")
                : Term.estimated(BROKER, brokerPrior.toNanos() / 1e3, "prior setting, before the first cloud answer");
    }

    Term tailQueue() {
        OptionalDouble mean = mean(tail ->
                tail.lastRequests() == 0 ? Optional.of(0.0) : tail.queueMicros().map(Estimate::value));
        return mean.isPresent()
                ? Term.measured(TAIL_QUEUE, mean.getAsDouble(), onTails())
                : Term.unknown(TAIL_QUEUE, noTail("reports its queue"));
    }

    /** Of the tensors that cross with {@code codec}. */
    Term decode(SplitPoint point, Codec codec) {
        Term onTails = decode(point);
        if (!codec.quantization().isEntropyCoded()) {
            return onTails;
        }
        // Tails report one time for all codecs of a split point; an entropy coder takes as long to decode as to encode.
        Term asEncoding = encode(point, codec.id());
        return asEncoding.micros().isPresent()
                        && asEncoding.micros().getAsDouble() > onTails.micros().orElse(0)
                ? Term.estimated(DECODE, asEncoding.micros().getAsDouble(), "as the edge node takes to encode")
                : onTails;
    }

    /** Of the picture, or of tensors with the codecs in use. */
    Term decode(SplitPoint point) {
        OptionalDouble measured = tailDecode(point.index());
        if (measured.isPresent()) {
            return Term.measured(DECODE, measured.getAsDouble(), onTails());
        }
        if (point.index() == situation.profile().first().index() && situation.picturesExpected()) {
            return situation
                    .edge()
                    .preprocessMicros()
                    .map(micros -> Term.estimated(DECODE, micros.value(), "as the edge node takes for a picture"))
                    .orElseGet(() -> Term.unknown(DECODE, noTail("has decoded a picture yet")));
        }
        return situation.profile().splitPoints().stream()
                .filter(other -> other.crossingBytes() > 0)
                .filter(other -> !(situation.profile().takesPictures()
                        && other.index() == situation.profile().first().index()))
                .flatMapToDouble(
                        other -> tailDecode(other.index()).stream().map(micros -> micros / other.crossingBytes()))
                .max()
                .stream()
                .mapToObj(perByte ->
                        Term.estimated(DECODE, perByte * point.crossingBytes(), "by bytes from another split point"))
                .findFirst()
                .orElseGet(() -> Term.unknown(DECODE, noTail("has decoded this model's tensors yet")));
    }

    private OptionalDouble tailDecode(int splitPoint) {
        return mean(tail -> tail.times(splitPoint).decodeMicros().map(Estimate::value));
    }

    Term tail(SplitPoint point) {
        OptionalDouble measured = tailRun(point.index());
        if (measured.isPresent()) {
            return Term.measured(TAIL, measured.getAsDouble(), onTails());
        }
        OptionalDouble onEdge = edgeRunFrom(point);
        OptionalDouble ratio = tailToEdge();
        return onEdge.isPresent() && ratio.isPresent()
                ? Term.estimated(
                        TAIL,
                        onEdge.getAsDouble() * ratio.getAsDouble(),
                        "the edge node's time for it times %s, as at other split points"
                                .formatted(String.format(Locale.ROOT, "%.2f", ratio.getAsDouble())))
                : Term.unknown(TAIL, noTail("has run the tail of split point %d yet".formatted(point.index())));
    }

    private OptionalDouble tailRun(int splitPoint) {
        return mean(tail -> tail.times(splitPoint).runMicros().map(Estimate::value));
    }

    /** Time of the edge node for the operators behind {@code point}: the whole model's less the head's. */
    private OptionalDouble edgeRunFrom(SplitPoint point) {
        Map<Integer, Estimate> heads = situation.edge().headMicros();
        Estimate whole = heads.get(situation.profile().last().index());
        if (whole == null) {
            return OptionalDouble.empty();
        }
        if (point.index() == situation.profile().first().index()) {
            return OptionalDouble.of(whole.value());
        }
        Estimate head = heads.get(point.index());
        return head == null ? OptionalDouble.empty() : OptionalDouble.of(Math.max(0, whole.value() - head.value()));
    }

    /** Tail time over edge time for the same operators, over all split points that both have measured. */
    private OptionalDouble tailToEdge() {
        double onTails = 0;
        double onEdge = 0;
        for (SplitPoint point : situation.profile().splitPoints()) {
            OptionalDouble tail = tailRun(point.index());
            OptionalDouble edge = edgeRunFrom(point);
            if (tail.isPresent() && edge.isPresent()) {
                onTails += tail.getAsDouble();
                onEdge += edge.getAsDouble();
            }
        }
        return onEdge > 0 ? OptionalDouble.of(onTails / onEdge) : OptionalDouble.empty();
    }

    /** Mean over the live tails that have measured it: a request may reach any of them. */
    private OptionalDouble mean(Function<TailNode.Model, Optional<Double>> measured) {
        return situation.tails().stream()
                .map(measured)
                .flatMapToDouble(value -> value.map(DoubleStream::of).orElseGet(DoubleStream::empty))
                .average();
    }

    private String onTails() {
        int tails = situation.tails().size();
        return tails == 1 ? "on the tail" : "mean of %d tails".formatted(tails);
    }

    private String noTail(String did) {
        return situation.tails().isEmpty() ? "no live tail holds this model version" : "no tail " + did;
    }
}
