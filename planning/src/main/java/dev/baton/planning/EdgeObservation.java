package dev.baton.planning;

import dev.baton.partitioning.Placement;
import dev.baton.tensor.codec.Codec;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What an edge node measured of one model, and its link, during one window. What the window does not tell is absent.
 * Durations are in microseconds, and all were measured on the edge node, or by a tail as durations.
 *
 * @param windowMicros the window's length
 * @param requests of this window, failed ones among them
 * @param activePlanEpoch the plan that the edge node follows; 0 when none
 * @param preprocessMicros decoding the picture and making it the input tensor
 * @param heads recent times by split point, the whole model (the last index) among them; those not in use are repeated
 * @param encodings recent times and sizes by split point and codec; those not in use are repeated
 * @param pictureBytes size of the clients' compressed pictures; absent when they send tensors
 * @param brokerMicros what a cloud answer took beyond upload, round trip, its own bytes on the way back and the tail's own times
 * @param placements requests of this window alone, by the plan that answered them
 * @param agreements what shadow requests showed about codecs since the model was opened
 * @param localCompletions finishing on the edge node what the cloud left unfinished, by split point
 * @param readySplitPoints whose heads can run now; the last index is the whole model
 * @param change why the window was ended early; absent when it was not
 */
public record EdgeObservation(
        LinkObservation link,
        long windowMicros,
        long requests,
        long failures,
        long completedLocally,
        long activePlanEpoch,
        Optional<Moments> preprocessMicros,
        List<SplitTime> heads,
        List<Encoding> encodings,
        Optional<Moments> pictureBytes,
        Optional<Moments> brokerMicros,
        Optional<Moments> totalMicros,
        List<PlacementTimes> placements,
        List<Agreement> agreements,
        List<SplitTime> localCompletions,
        List<Integer> readySplitPoints,
        Optional<String> change) {

    /** A duration, in microseconds, at one split point. */
    public record SplitTime(int splitPoint, Moments micros) {}

    /** Encode time and encoded bytes of what crosses at one split point with one codec. */
    public record Encoding(int splitPoint, Codec codec, Optional<Moments> micros, Optional<Moments> bytes) {}

    /**
     * The requests that one plan answered, term by term; a term that did not occur is absent.
     *
     * @param joules what the edge node spent on a request, by its power model
     * @param inFlight requests that were not answered yet when the window ended
     * @param resultMicros from the acknowledgement to the answer, less the tail's own times
     * @param resultBytes of the tail's answers, as they travelled
     * @param otherMicros what the edge node spent on a request beside its stages
     */
    public record PlacementTimes(
            long planEpoch,
            Placement placement,
            Codec codec,
            Optional<Moments> totalMicros,
            Optional<Moments> preprocessMicros,
            Optional<Moments> headMicros,
            Optional<Moments> encodeMicros,
            Optional<Moments> bytes,
            Optional<Moments> uplinkMicros,
            Optional<Moments> brokerMicros,
            Optional<Moments> tailQueueMicros,
            Optional<Moments> decodeMicros,
            Optional<Moments> tailMicros,
            Optional<Moments> resultMicros,
            Optional<Moments> localCompletionMicros,
            Optional<Moments> joules,
            long failures,
            long completedLocally,
            long inFlight,
            Optional<Moments> resultBytes,
            Optional<Moments> otherMicros) {
        /** The same, where nobody measured the answers' size nor what the edge node did beside. */
        public PlacementTimes(
                long planEpoch,
                Placement placement,
                Codec codec,
                Optional<Moments> totalMicros,
                Optional<Moments> preprocessMicros,
                Optional<Moments> headMicros,
                Optional<Moments> encodeMicros,
                Optional<Moments> bytes,
                Optional<Moments> uplinkMicros,
                Optional<Moments> brokerMicros,
                Optional<Moments> tailQueueMicros,
                Optional<Moments> decodeMicros,
                Optional<Moments> tailMicros,
                Optional<Moments> resultMicros,
                Optional<Moments> localCompletionMicros,
                Optional<Moments> joules,
                long failures,
                long completedLocally,
                long inFlight) {
            this(
                    planEpoch,
                    placement,
                    codec,
                    totalMicros,
                    preprocessMicros,
                    headMicros,
                    encodeMicros,
                    bytes,
                    uplinkMicros,
                    brokerMicros,
                    tailQueueMicros,
                    decodeMicros,
                    tailMicros,
                    resultMicros,
                    localCompletionMicros,
                    joules,
                    failures,
                    completedLocally,
                    inFlight,
                    Optional.empty(),
                    Optional.empty());
        }

        /** A plan's requests of which only the whole duration is known. */
        public static PlacementTimes of(long planEpoch, Choice choice, Moments totalMicros) {
            return new PlacementTimes(
                    planEpoch,
                    choice.placement(),
                    choice.codec(),
                    Optional.of(totalMicros),
                    Optional.empty(),
                    Optional.empty(),
                    Optional.empty(),
                    Optional.empty(),
                    Optional.empty(),
                    Optional.empty(),
                    Optional.empty(),
                    Optional.empty(),
                    Optional.empty(),
                    Optional.empty(),
                    Optional.empty(),
                    Optional.empty(),
                    0,
                    0,
                    0);
        }

        public Choice choice() {
            return new Choice(placement, codec);
        }
    }

    /**
     * How far answers with a codec agree with answers without it, on users' own requests.
     *
     * @param agreement share of samples whose highest-scored output agrees, 0 to 1
     * @param relativeError of the model's output
     */
    public record Agreement(
            int splitPoint, Codec codec, long samples, double agreement, Optional<Moments> relativeError) {
        public Agreement {
            if (samples < 0 || !(agreement >= 0 && agreement <= 1)) {
                throw new IllegalArgumentException("agreement %s of %d samples: expected 0 to 1, and no negative count"
                        .formatted(agreement, samples));
            }
        }
    }

    public EdgeObservation {
        if (windowMicros < 1 || requests < 0 || failures < 0 || completedLocally < 0 || activePlanEpoch < 0) {
            throw new IllegalArgumentException(
                    "window of %d µs with %d requests, %d failures, %d completed locally, epoch %d: expected a length and no negative count"
                            .formatted(windowMicros, requests, failures, completedLocally, activePlanEpoch));
        }
        heads = List.copyOf(heads);
        encodings = List.copyOf(encodings);
        placements = List.copyOf(placements);
        agreements = List.copyOf(agreements);
        localCompletions = List.copyOf(localCompletions);
        readySplitPoints = List.copyOf(readySplitPoints);
    }

    /** A window of one second that measured nothing yet. */
    public static Builder builder() {
        return new Builder();
    }

    /** Puts an observation together. */
    public static final class Builder {
        private LinkObservation link = LinkObservation.UNKNOWN;
        private long windowMicros = 1_000_000;
        private long requests;
        private long failures;
        private long completedLocally;
        private long activePlanEpoch;
        private Optional<Moments> preprocess = Optional.empty();
        private final List<SplitTime> heads = new ArrayList<>();
        private final List<Encoding> encodings = new ArrayList<>();
        private Optional<Moments> pictureBytes = Optional.empty();
        private Optional<Moments> broker = Optional.empty();
        private Optional<Moments> total = Optional.empty();
        private final List<PlacementTimes> placements = new ArrayList<>();
        private final List<Agreement> agreements = new ArrayList<>();
        private final List<SplitTime> localCompletions = new ArrayList<>();
        private final List<Integer> readySplitPoints = new ArrayList<>();
        private Optional<String> change = Optional.empty();

        private Builder() {}

        public Builder link(LinkObservation observed) {
            link = observed;
            return this;
        }

        public Builder windowMicros(long micros) {
            windowMicros = micros;
            return this;
        }

        public Builder requests(long count) {
            requests = count;
            return this;
        }

        public Builder failures(long count) {
            failures = count;
            return this;
        }

        public Builder completedLocally(long count) {
            completedLocally = count;
            return this;
        }

        public Builder activePlanEpoch(long epoch) {
            activePlanEpoch = epoch;
            return this;
        }

        public Builder preprocess(Moments micros) {
            preprocess = Optional.of(micros);
            return this;
        }

        public Builder head(int splitPoint, Moments micros) {
            heads.add(new SplitTime(splitPoint, micros));
            return this;
        }

        public Builder encoding(int splitPoint, Codec codec, Moments micros, Moments bytes) {
            return encoding(new Encoding(splitPoint, codec, Optional.of(micros), Optional.of(bytes)));
        }

        public Builder encoding(Encoding encoding) {
            encodings.add(encoding);
            return this;
        }

        public Builder pictureBytes(Moments bytes) {
            pictureBytes = Optional.of(bytes);
            return this;
        }

        public Builder broker(Moments micros) {
            broker = Optional.of(micros);
            return this;
        }

        public Builder total(Moments micros) {
            total = Optional.of(micros);
            return this;
        }

        public Builder placement(PlacementTimes times) {
            placements.add(times);
            return this;
        }

        public Builder agreement(Agreement agreement) {
            agreements.add(agreement);
            return this;
        }

        public Builder localCompletion(int splitPoint, Moments micros) {
            localCompletions.add(new SplitTime(splitPoint, micros));
            return this;
        }

        public Builder ready(int splitPoint) {
            readySplitPoints.add(splitPoint);
            return this;
        }

        public Builder change(String what) {
            change = Optional.of(what);
            return this;
        }

        public EdgeObservation build() {
            return new EdgeObservation(
                    link,
                    windowMicros,
                    requests,
                    failures,
                    completedLocally,
                    activePlanEpoch,
                    preprocess,
                    heads,
                    encodings,
                    pictureBytes,
                    broker,
                    total,
                    placements,
                    agreements,
                    localCompletions,
                    readySplitPoints,
                    change);
        }
    }
}
