package dev.baton.edge.request;

import dev.baton.edge.cloud.Activation;
import dev.baton.edge.cloud.ActivationSender;
import dev.baton.edge.cloud.CircuitBreakers;
import dev.baton.edge.cloud.CloudAnswer;
import dev.baton.edge.cloud.CloudCall;
import dev.baton.edge.cloud.Downlink;
import dev.baton.edge.measure.PlacementMeasurements.Quantity;
import dev.baton.planning.link.LinkEstimate;
import dev.baton.planning.link.LinkEstimator;
import dev.baton.tensor.codec.Codec;
import dev.baton.tensor.codec.Codecs;
import dev.baton.tensor.codec.EncodedTensor;
import io.opentelemetry.api.trace.SpanKind;
import java.time.Duration;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongSupplier;

/**
 * The cloud as requests see it: {@link #send} hands over what the edge node made, {@link #await} waits for the answer, and what
 * that took is accounted for.
 *
 * @param sender   hands activations over
 * @param breakers hold calls back that would not be answered
 * @param link     the way there
 * @param downlink the way back
 * @param timeout  the longest wait
 */
public record CloudSide(
        ActivationSender sender,
        CircuitBreakers breakers,
        LinkEstimator link,
        Downlink downlink,
        Duration timeout,
        LongSupplier nanoTicker) {

    /** Reserved beside the work itself: for waking up, and for the answer's way to the client. At least this much, */
    private static final Duration LEAST_SLACK = Duration.ofMillis(10);

    /** or this part of the time left. */
    private static final int SLACK_PART = 20;

    /**
     * An activation on its way.
     *
     * @param sentAs       the least exact codec of its tensors, or the picture's media type
     * @param patience     how long an answer is of use
     * @param sendingNanos when handing over began
     */
    record Sent(CloudCall call, Optional<String> sentAs, Duration patience, long sendingNanos) {}

    /** Encodes what crosses and hands it over. The caller closes the call. */
    Sent send(Run run, Baton baton) throws InterruptedException {
        Map<String, EncodedTensor> encoded = encode(run, baton);
        Duration wait = waitBudget(run, baton);
        Activation activation = new Activation(
                run.request.id(),
                run.model.name(),
                run.model.version(),
                baton.splitPoint(),
                run.plan.epoch(),
                encoded,
                baton.picture(),
                wantedOfTail(run, baton),
                wait,
                run.request.claim());
        long sending = nanoTicker.getAsLong();
        CloudCall call = run.clock.span("edge.send", SpanKind.PRODUCER, () -> sender.send(activation));
        return new Sent(call, sentAs(baton, encoded), wait, sending);
    }

    private static Map<String, EncodedTensor> encode(Run run, Baton baton) throws InterruptedException {
        if (baton.crossing().isEmpty()) {
            return Map.of(); // the picture travels as it came: there is no such stage
        }
        Codec codec = run.plan.codec();
        Duration before = run.clock.spent(Stage.ENCODE);
        Map<String, EncodedTensor> encoded = run.clock.time(Stage.ENCODE, "edge.encode", () -> {
            Map<String, EncodedTensor> tensors = new LinkedHashMap<>();
            baton.crossing().forEach((name, tensor) -> tensors.put(name, Codecs.encode(tensor, codec)));
            return tensors;
        });
        if (baton.picture().isEmpty()) {
            long bytes =
                    encoded.values().stream().mapToLong(EncodedTensor::byteSize).sum();
            run.model
                    .measurements()
                    .encode(
                            baton.splitPoint(),
                            codec.id(),
                            run.clock.spent(Stage.ENCODE).minus(before),
                            bytes);
        }
        return encoded;
    }

    /** The least exact codec among what is sent, as tensors may be sent more exactly than the plan says. */
    private static Optional<String> sentAs(Baton baton, Map<String, EncodedTensor> encoded) {
        if (baton.picture().isPresent()) {
            return baton.picture().map(picture -> picture.mediaType());
        }
        return encoded.values().stream()
                .map(EncodedTensor::codec)
                .max(Comparator.comparing(Codec::quantization).thenComparing(Codec::zstd))
                .map(Codec::id);
    }

    /** What the client wants and the head has not made already; empty means everything. */
    private static List<String> wantedOfTail(Run run, Baton baton) {
        return run.request.outputs().stream()
                .filter(name -> !baton.crossing().containsKey(name))
                .toList();
    }

    /**
     * How long to wait for the cloud: until what is left is just enough to finish here. Where it would not be enough even now,
     * the cloud is the only hope, until the end.
     */
    private Duration waitBudget(Run run, Baton baton) {
        run.requireTimeLeft();
        Optional<Duration> timeLeft = run.timeLeft();
        if (timeLeft.isEmpty()) {
            return timeout;
        }
        Duration left = timeLeft.get();
        Duration slack = longer(left.dividedBy(SLACK_PART), LEAST_SLACK);
        Duration reserved = run.model
                .expectedLocalTime(baton.splitPoint(), baton.picture().isPresent())
                .map(expected -> expected.multipliedBy(6).dividedBy(5).plus(slack))
                .orElse(slack);
        Duration wait = left.compareTo(reserved) > 0 ? left.minus(reserved) : left;
        return wait.compareTo(timeout) < 0 ? wait : timeout;
    }

    /** How long a call that nobody waits for is worth listening for. */
    Duration probePatience(Sent sent) {
        Duration most = breakers.probePatience();
        return sent.patience().compareTo(most) < 0 ? sent.patience() : most;
    }

    /** Waits for what comes of it, and accounts for the time. */
    CloudAnswer await(Run run, Sent sent) throws InterruptedException {
        CloudAnswer answer = run.clock.span(
                "edge.await", SpanKind.INTERNAL, () -> sent.call().await(sent.patience()));
        Duration away = Duration.ofNanos(nanoTicker.getAsLong() - sent.sendingNanos());
        if (answer instanceof CloudAnswer.Outputs outputs) {
            account(run, outputs, sent.call(), away);
        } else {
            run.clock.add(Stage.NETWORK, away);
        }
        return answer;
    }

    /** {@code away}: from beginning to send until the outputs were at hand: writing the record and reading the answer count. */
    private void account(Run run, CloudAnswer.Outputs answer, CloudCall call, Duration away) {
        Duration tail = answer.times().total();
        Duration network = atLeastZero(longer(away, answer.roundTrip()).minus(tail));
        run.clock.add(Stage.NETWORK, network);
        run.clock.add(Stage.TAIL_QUEUE, answer.times().queue());
        run.clock.add(Stage.TAIL_DECODE, answer.times().decode());
        run.clock.add(Stage.TAIL, answer.times().run().plus(answer.times().encode()));
        run.terms.put(Quantity.RESULT_BYTES, (double) answer.bytes());
        call.uplink().ifPresent(uplink -> {
            run.terms.put(Quantity.UPLINK, micros(uplink));
            run.terms.put(Quantity.RESULT, micros(atLeastZero(network.minus(uplink))));
            downlink.answered(
                    answer.bytes(), atLeastZero(answer.roundTrip().minus(tail).minus(uplink)));
        });
        Optional<LinkEstimate> estimated = link.estimate();
        estimated.ifPresent(estimate -> {
            // An acknowledgement measures the wait for the link as well, which no broker causes.
            Duration upload = call.uplink().orElseGet(() -> estimate.transfer(call.bytesSent()));
            Duration result = downlink.rate(estimate).of(answer.bytes());
            Duration broker = atLeastZero(network.minus(upload).minus(result));
            run.model.measurements().broker(broker);
            run.terms.put(Quantity.BROKER, micros(broker));
        });
    }

    private static Duration longer(Duration one, Duration other) {
        return one.compareTo(other) > 0 ? one : other;
    }

    private static Duration atLeastZero(Duration duration) {
        return duration.isNegative() ? Duration.ZERO : duration;
    }

    private static double micros(Duration duration) {
        return duration.toNanos() / 1e3;
    }
}
