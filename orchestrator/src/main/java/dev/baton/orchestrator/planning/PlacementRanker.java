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

import dev.baton.orchestrator.planning.ModelProfile.SplitPoint;
import dev.baton.partitioning.Placement;
import dev.baton.planning.Alternative;
import dev.baton.planning.Choice;
import dev.baton.planning.Prediction;
import dev.baton.planning.Quantities;
import dev.baton.planning.Ranking;
import dev.baton.planning.Term;
import dev.baton.tensor.codec.Codec;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;

/** Ranks every placement and codec for one situation by predicted latency, and says which constraints rule some out. */
public final class PlacementRanker {
    private final Constraints constraints;
    private final Duration brokerPrior;

    /** {@code brokerPrior}: what the broker is taken to add before any edge node has had an answer through it. */
    public PlacementRanker(Constraints constraints, Duration brokerPrior) {
        this.constraints = constraints;
        this.brokerPrior = brokerPrior;
    }

    public Ranking rank(Situation situation) {
        TermEstimator terms = new TermEstimator(situation, brokerPrior);
        ModelProfile profile = situation.profile();
        List<Alternative> alternatives = new ArrayList<>();
        alternatives.add(edgeOnly(terms, profile));
        if (situation.picturesExpected()) {
            alternatives.add(cloudOnlyWithPicture(situation, terms));
        } else {
            for (Codec codec : Codec.all()) {
                alternatives.add(crossing(situation, terms, new Placement.CloudOnly(), profile.first(), codec));
            }
        }
        for (SplitPoint point : profile.between()) {
            for (Codec codec : Codec.all()) {
                alternatives.add(crossing(situation, terms, new Placement.Split(point.index()), point, codec));
            }
        }
        return new Ranking(alternatives);
    }

    private static Alternative edgeOnly(TermEstimator terms, ModelProfile profile) {
        String why = "everything runs on the edge node";
        Prediction prediction = new Prediction(
                List.of(
                        terms.preprocess(),
                        terms.head(profile.last()),
                        Term.absent(ENCODE, why),
                        Term.absent(UPLINK, why),
                        Term.absent(ROUND_TRIP, why),
                        Term.absent(BROKER, why),
                        Term.absent(TAIL_QUEUE, why),
                        Term.absent(DECODE, why),
                        Term.absent(TAIL, why)),
                OptionalDouble.of(0));
        return new Alternative(Choice.EDGE_ONLY, prediction, Optional.empty());
    }

    private Alternative cloudOnlyWithPicture(Situation situation, TermEstimator terms) {
        SplitPoint point = situation.profile().first();
        String why = "the client's picture travels as it came";
        OptionalDouble bytes = terms.pictureBytes();
        Prediction prediction = new Prediction(
                List.of(
                        Term.absent(PREPROCESS, why),
                        Term.absent(HEAD, why),
                        Term.absent(ENCODE, why),
                        terms.uplink(bytes),
                        terms.roundTrip(),
                        terms.broker(),
                        terms.tailQueue(),
                        terms.decode(point),
                        terms.tail(point)),
                bytes);
        return new Alternative(
                new Choice(new Placement.CloudOnly(), Choice.NO_CODEC),
                prediction,
                noTail(situation).or(() -> tooLarge(bytes)));
    }

    private Alternative crossing(
            Situation situation, TermEstimator terms, Placement placement, SplitPoint point, Codec codec) {
        boolean first = point.index() == situation.profile().first().index();
        OptionalDouble bytes = terms.bytes(point, codec.id());
        Prediction prediction = new Prediction(
                List.of(
                        first ? Term.absent(PREPROCESS, "clients send tensors") : terms.preprocess(),
                        first ? Term.absent(HEAD, "nothing runs on the edge node") : terms.head(point),
                        terms.encode(point, codec.id()),
                        terms.uplink(bytes),
                        terms.roundTrip(),
                        terms.broker(),
                        terms.tailQueue(),
                        terms.decode(point, codec),
                        terms.tail(point)),
                bytes);
        return new Alternative(
                new Choice(placement, codec),
                prediction,
                noTail(situation).or(() -> inaccurate(point, codec)).or(() -> tooLarge(bytes)));
    }

    private static Optional<String> noTail(Situation situation) {
        return situation.tails().isEmpty()
                ? Optional.of("no live tail holds " + situation.profile().model())
                : Optional.empty();
    }

    private Optional<String> inaccurate(SplitPoint point, Codec codec) {
        if (codec.quantization() == Codec.Quantization.RAW) {
            return Optional.empty();
        }
        ModelProfile.CodecCost cost = point.codecs().get(codec.id());
        if (cost == null) {
            return Optional.of("the error of %s was not measured here".formatted(codec.id()));
        }
        return cost.outputError() <= constraints.maxCodecError()
                ? Optional.empty()
                : Optional.of("%s changes the output by %s, more than the allowed %s"
                        .formatted(
                                codec.id(),
                                Quantities.percent(cost.outputError()),
                                Quantities.percent(constraints.maxCodecError())));
    }

    private Optional<String> tooLarge(OptionalDouble bytes) {
        return bytes.isPresent() && bytes.getAsDouble() > constraints.maxRecordBytes()
                ? Optional.of("%s exceed the largest record, %s"
                        .formatted(Quantities.bytes(bytes.getAsDouble()), Quantities.bytes((double)
                                constraints.maxRecordBytes())))
                : Optional.empty();
    }
}
