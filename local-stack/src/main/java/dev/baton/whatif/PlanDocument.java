package dev.baton.whatif;

import dev.baton.planning.Alternative;
import dev.baton.planning.Ranking;
import dev.baton.planning.Term;
import dev.baton.planning.device.Device;
import dev.baton.planning.device.Quantity;
import dev.baton.planning.simulation.WhatIf;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * What {@code ./baton plan --json} prints.
 *
 * @param model its name
 * @param version of its package
 * @param edge the edge node's device
 * @param tail the tail's
 * @param picture how large clients' pictures are taken to be; absent where they send tensors
 * @param uplinkMbits of the link; absent in a sweep
 * @param roundTripMillis of the link
 * @param objective what is minimised
 * @param why the best is the best, in a sentence; absent in a sweep
 * @param infeasible why nothing may be chosen; absent where something may
 * @param alternatives best first; absent in a sweep
 * @param turns where the best placement changes as the uplink grows; absent without a sweep
 */
public record PlanDocument(
        String model,
        String version,
        DeviceFacts edge,
        DeviceFacts tail,
        Optional<String> picture,
        OptionalDouble uplinkMbits,
        double roundTripMillis,
        String objective,
        Optional<String> why,
        Optional<String> infeasible,
        Optional<List<Row>> alternatives,
        Optional<List<Turn>> turns) {

    /** A device with every number and its source. */
    public record DeviceFacts(String name, String title, Map<String, Quantity> numbers) {
        public static DeviceFacts of(Device device) {
            return new DeviceFacts(device.name(), device.title(), device.quantities());
        }
    }

    /** One alternative. Durations in milliseconds. */
    public record Row(
            String placement,
            String codec,
            OptionalDouble millis,
            OptionalDouble deviationMillis,
            OptionalDouble bytes,
            OptionalDouble joules,
            OptionalDouble cloudCost,
            OptionalDouble score,
            Optional<String> infeasible,
            List<TermRow> terms) {
        static Row of(Alternative one) {
            return new Row(
                    one.choice().placement().id(),
                    one.choice().codec().id(),
                    inMillis(one.micros()),
                    inMillis(one.prediction().deviationMicros()),
                    one.prediction().bytes(),
                    one.prediction().joules(),
                    one.prediction().cloudCost(),
                    one.score(),
                    one.infeasible(),
                    one.prediction().terms().stream().map(TermRow::of).toList());
        }
    }

    /** One term of a prediction. */
    public record TermRow(
            String name, OptionalDouble millis, OptionalDouble deviationMillis, String source, String note) {
        static TermRow of(Term term) {
            return new TermRow(
                    term.name().text(),
                    inMillis(term.micros()),
                    inMillis(term.deviationMicros()),
                    term.sourceText(),
                    term.note());
        }
    }

    /** From this rate on a placement is the best. */
    public record Turn(double fromMbits, String placement, String codec, OptionalDouble millis) {
        public static Turn of(WhatIf.Turn turn) {
            return new Turn(
                    turn.fromBytesPerSecond() * 8 / 1e6,
                    turn.best().choice().placement().id(),
                    turn.best().choice().codec().id(),
                    inMillis(turn.best().micros()));
        }
    }

    /** Every alternative of a ranking. */
    public static List<Row> rows(Ranking ranking) {
        return ranking.alternatives().stream().map(Row::of).toList();
    }

    private static OptionalDouble inMillis(OptionalDouble micros) {
        return micros.isPresent() ? OptionalDouble.of(micros.getAsDouble() / 1e3) : OptionalDouble.empty();
    }
}
