package dev.baton.planning;

import dev.baton.planning.Term.Source;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;

/** Turns predictions into what people read: alternatives with their terms, where those come from, and what rules them out. */
final class Rankings {
    private static final String EVERYTHING_HERE = "everything runs on the edge node";
    private static final String PICTURE_TRAVELS = "the client's picture travels as it came";

    private Rankings() {}

    static Ranking of(Predictions predictions, Preferences preferences) {
        Chooser chooser = new Chooser();
        List<Alternative> alternatives = new ArrayList<>();
        for (int alternative = 0; alternative < predictions.profile().alternatives(); alternative++) {
            if (predictions.occurs(alternative)) {
                String violated = chooser.sentence(predictions, preferences, alternative);
                alternatives.add(new Alternative(
                        predictions.profile().choice(alternative),
                        prediction(predictions, alternative),
                        violated.isEmpty() ? Optional.empty() : Optional.of(violated),
                        known(chooser.score(predictions, preferences, alternative))));
            }
        }
        return new Ranking(alternatives);
    }

    private static Prediction prediction(Predictions predictions, int alternative) {
        List<Term> terms = new ArrayList<>();
        for (TermName name : TermName.values()) {
            terms.add(term(predictions, alternative, name));
        }
        return new Prediction(
                terms,
                known(predictions.deviationMicros(alternative)),
                known(predictions.bytes(alternative)),
                known(predictions.joules(alternative)),
                known(predictions.cloudCost(alternative)));
    }

    private static OptionalDouble known(double value) {
        return Double.isNaN(value) ? OptionalDouble.empty() : OptionalDouble.of(value);
    }

    private static Term term(Predictions predictions, int alternative, TermName name) {
        Source source = predictions.termSource(alternative, name);
        if (source == Source.ABSENT) {
            return Term.absent(name, absence(predictions, alternative, name));
        }
        double micros = predictions.termMicros(alternative, name);
        return Double.isNaN(micros)
                ? Term.unknown(name, missing(predictions, alternative, name))
                : new Term.Known(
                        name,
                        micros,
                        known(predictions.termDeviationMicros(alternative, name)),
                        source,
                        note(predictions, alternative, name, source));
    }

    private static String absence(Predictions predictions, int alternative, TermName name) {
        if (name == TermName.OTHER) {
            return "not measured yet";
        }
        if (name == TermName.RESULT && alternative != ModelProfile.EDGE_ONLY) {
            return "the answer has no bytes that count";
        }
        if (predictions.sendsPicture(alternative)) {
            return PICTURE_TRAVELS;
        }
        if (alternative == ModelProfile.EDGE_ONLY) {
            return predictions.pictures ? EVERYTHING_HERE : EVERYTHING_HERE + ", and clients send tensors";
        }
        return predictions.profile().splitPoint(alternative) == 0
                ? "nothing runs on the edge node"
                : "clients send tensors";
    }

    private static String note(Predictions predictions, int alternative, TermName name, Source source) {
        return switch (name) {
            case PREPROCESS -> source == Source.MEASURED ? "on the edge node" : "as the tails take for a picture";
            case HEAD ->
                switch (source) {
                    case MEASURED -> "on the edge node";
                    case ESTIMATED -> "from the heads around it that the edge node ran";
                    case PRIOR -> "from the profile of " + device(predictions);
                    case ABSENT -> "";
                };
            case ENCODE ->
                switch (source) {
                    case MEASURED -> "on the edge node";
                    case ESTIMATED -> "by bytes from other split points";
                    case PRIOR -> "from the profile of " + device(predictions);
                    case ABSENT -> "";
                };
            case UPLINK ->
                "%s at %s"
                        .formatted(
                                Quantities.bytes(predictions.bytes(alternative)),
                                Quantities.rate(1e6 / predictions.microsPerByte));
            case ROUND_TRIP -> "on the edge node";
            case BROKER ->
                switch (source) {
                    case MEASURED -> "on the edge node";
                    case ESTIMATED -> "as elsewhere in the fleet";
                    case PRIOR -> "prior setting, before the first cloud answer";
                    case ABSENT -> "";
                };
            case TAIL_QUEUE -> "%s, %s busy".formatted(onTails(predictions), busy(predictions));
            case DECODE -> source == Source.MEASURED ? onTails(predictions) : decodeNote(predictions, alternative);
            case TAIL ->
                source == Source.MEASURED
                        ? onTails(predictions)
                        : "from what the edge node takes for the same operators";
            case RESULT ->
                "%s at %s"
                        .formatted(
                                Quantities.bytes(predictions
                                        .resultBytes[predictions.profile().splitPoint(alternative)]),
                                Quantities.rate(predictions.edge().downlinkBytesPerSecond()));
            case OTHER -> "on the edge node";
        };
    }

    private static String decodeNote(Predictions predictions, int alternative) {
        if (predictions.sendsPicture(alternative)) {
            return "as the edge node takes for a picture";
        }
        return predictions.tails().decodeSource[alternative] == TailView.Decode.LIKE_ENCODING
                ? "as the edge node takes to encode"
                : "by bytes from another split point";
    }

    private static String missing(Predictions predictions, int alternative, TermName name) {
        int point = predictions.profile().splitPoint(alternative);
        return switch (name) {
            case PREPROCESS -> "neither the edge node nor a tail has decoded a picture yet";
            case HEAD -> "the edge node has not run any head yet";
            case ENCODE -> "the edge node has encoded nothing yet";
            case UPLINK ->
                Double.isNaN(predictions.bytes(alternative))
                        ? "the size of what crosses was never measured"
                        : "the edge node has no estimate of its uplink yet";
            case ROUND_TRIP -> "the edge node has no estimate of its round trip yet";
            case BROKER -> "no answer came through the broker yet";
            case TAIL_QUEUE -> noTail(predictions, "reports its queue");
            case DECODE ->
                noTail(
                        predictions,
                        predictions.sendsPicture(alternative)
                                ? "has decoded a picture yet"
                                : "has decoded this model's tensors yet");
            case TAIL -> noTail(predictions, "has run the tail of split point %d yet".formatted(point));
            case RESULT -> "the edge node has no estimate of its link yet";
            case OTHER -> "the edge node has answered nothing yet";
        };
    }

    private static String device(Predictions predictions) {
        return predictions.edge().prior().map(DevicePrior::device).orElse("the device");
    }

    private static String busy(Predictions predictions) {
        return Quantities.percent(predictions.tails().utilization());
    }

    private static String onTails(Predictions predictions) {
        int tails = predictions.liveTails();
        return tails == 1 ? "on the tail" : "mean of %d tails".formatted(tails);
    }

    private static String noTail(Predictions predictions, String did) {
        return predictions.tails().none() ? "no live tail holds this model version" : "no tail " + did;
    }
}
