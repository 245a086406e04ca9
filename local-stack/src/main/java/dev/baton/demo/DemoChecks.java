package dev.baton.demo;

import dev.baton.clients.Answer;
import dev.baton.clients.PlanView;
import dev.baton.clients.Provenance;
import dev.baton.demo.DemoResult.Check;
import dev.baton.demo.DemoResult.Step;
import dev.baton.partitioning.Placement;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** What has to hold for a demo to pass. */
final class DemoChecks {

    /** Rounding to microseconds in nine stages. */
    private static final double STAGE_ROUNDING_MILLIS = 0.01;

    private static final int SHOWN_PROBLEMS = 3;

    private final List<Check> all = new ArrayList<>();
    private final List<String> strangeProvenance = new ArrayList<>();
    private int withProvenance;

    /** Notes answers that do not name the pinned plan. */
    void provenance(PlanView plan, List<Sample> samples) {
        String finisher = plan.placement().equals(new Placement.EdgeOnly().id()) ? "edge" : "cloud";
        for (Sample sample : samples) {
            sample.answer().map(Answer::provenance).ifPresent(by -> {
                withProvenance++;
                problem(by, plan, finisher).ifPresent(strangeProvenance::add);
            });
        }
    }

    private static Optional<String> problem(Provenance by, PlanView plan, String finisher) {
        if (!by.placement().equals(plan.placement()) || by.planEpoch() < plan.epoch()) {
            return Optional.of("%s, epoch %d was pinned, the answer names %s, epoch %d"
                    .formatted(plan.placement(), plan.epoch(), by.placement(), by.planEpoch()));
        }
        if (!by.completedBy().equals(finisher)) {
            return Optional.of(
                    "%s was finished by the %s: %s".formatted(by.placement(), by.completedBy(), by.reason()));
        }
        double sum = by.stageMillis().values().stream()
                .mapToDouble(Double::doubleValue)
                .sum();
        if (Math.abs(sum - by.totalMillis()) > STAGE_ROUNDING_MILLIS) {
            return Optional.of("the stages of a %s request add up to %.3f of %.3f ms"
                    .formatted(by.placement(), sum, by.totalMillis()));
        }
        return Optional.empty();
    }

    /** Every request must have been answered. */
    void answered(List<Sample> samples) {
        List<String> failures = samples.stream()
                .filter(sample -> !sample.answered())
                .map(Sample::failure)
                .distinct()
                .toList();
        long failed = samples.stream().filter(sample -> !sample.answered()).count();
        add(
                "every request was answered",
                failed == 0,
                failed == 0
                        ? samples.size() + " requests"
                        : "%d of %d failed: %s".formatted(failed, samples.size(), some(failures)));
        add(
                "answers say what was pinned, who finished, and stage times that add up",
                strangeProvenance.isEmpty() && withProvenance > 0,
                strangeProvenance.isEmpty() ? withProvenance + " answers" : some(strangeProvenance));
    }

    /** Answers may differ from the whole model's by as much as their codec explains. */
    void agree(List<Measured> measured) {
        List<String> apart = measured.stream()
                .filter(row -> !(row.maxDifference() <= tolerance(row.codec())))
                .map(row -> "%s %s differs by %.1e, %.0e is allowed"
                        .formatted(row.placement(), row.codec(), row.maxDifference(), tolerance(row.codec())))
                .toList();
        double exact = measured.stream()
                .filter(row -> tolerance(row.codec()) == EXACT)
                .mapToDouble(Measured::maxDifference)
                .max()
                .orElse(0);
        add(
                "every placement agrees with the whole model",
                apart.isEmpty(),
                apart.isEmpty() ? "%.0e where nothing is quantised".formatted(exact) : some(apart));
    }

    /** The planner must have chosen, and its choices must agree with the whole model as well. */
    void planned(List<Step> steps) {
        if (steps.isEmpty()) {
            return;
        }
        List<String> wrong = steps.stream()
                .flatMap(step -> Stream.of(
                                step.settled().requests() > 0 ? "" : "no request ran under the planner's choice",
                                step.settled().maxDifference()
                                                <= tolerance(step.settled().codec())
                                        ? ""
                                        : "%s %s differs by %.1e"
                                                .formatted(
                                                        step.settled().placement(),
                                                        step.settled().codec(),
                                                        step.settled().maxDifference()),
                                step.best().stream().anyMatch(best -> best.predictedMillis()
                                                .isPresent())
                                        ? ""
                                        : "nothing was predicted")
                        .filter(problem -> !problem.isEmpty())
                        .map(problem -> "at %.0f Mbit/s %s".formatted(step.megabitsPerSecond(), problem)))
                .toList();
        add(
                "the planner chose at every rate of the link",
                wrong.isEmpty(),
                wrong.isEmpty() ? steps.size() + " rates" : some(wrong));
    }

    private static final double EXACT = 1e-4;

    /** By the codec's bits; without quantisation as the parity gate allows. */
    private static double tolerance(String codec) {
        if (codec.startsWith("fp16")) {
            return 1e-2;
        }
        if (codec.startsWith("int8")) {
            return 5e-2;
        }
        if (codec.startsWith("int4") || codec.startsWith("step")) {
            return 3e-1;
        }
        return EXACT;
    }

    private void add(String what, boolean held, String detail) {
        all.add(new Check(what, held, detail));
    }

    private static String some(List<String> problems) {
        String shown = String.join("; ", problems.subList(0, Math.min(SHOWN_PROBLEMS, problems.size())));
        return problems.size() > SHOWN_PROBLEMS
                ? "%s; and %d more".formatted(shown, problems.size() - SHOWN_PROBLEMS)
                : shown;
    }

    List<Check> all() {
        return List.copyOf(all);
    }
}
