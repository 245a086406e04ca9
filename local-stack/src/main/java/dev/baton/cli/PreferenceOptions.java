package dev.baton.cli;

import dev.baton.console.CommandFailure;
import dev.baton.partitioning.accuracy.AccuracyBudget;
import dev.baton.planning.Constraints;
import dev.baton.planning.Preferences;
import dev.baton.whatif.Values;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** What command lines may say about what is wanted of plans: the same for plan and replay, and for a running stack. */
final class PreferenceOptions {

    private static final String NONE = "none";
    /** Budgets above this are an agreement, others an error: nobody wants half of the answers to be other ones. */
    private static final double LARGEST_ERROR = 0.5;

    @Option(
            names = "--objective",
            paramLabel = "WHAT",
            description =
                    "What is minimised: latency, energy, cloud-cost, or weights of a millisecond, a joule and a unit of cloud "
                            + "cost, such as weighted:latency=1,energy=20,cost=0.")
    private @Nullable String objective;

    @Option(
            names = "--latency-target",
            paramLabel = "TIME@pNN",
            description = "What requests shall keep to, such as 100ms@p95 (p95 where nothing is said), or none.")
    private @Nullable String latencyTarget;

    @Option(
            names = "--accuracy-budget",
            paramLabel = "X",
            description =
                    "Above 0.5: top-1 agreement that a codec must keep, for classifications with an accuracy profile "
                            + "(usually 0.99). Otherwise: the largest error of the output that it may cause (usually 0.01).")
    private @Nullable Double accuracyBudget;

    @Option(
            names = "--memory",
            paramLabel = "SIZE",
            description = "What a head may take on the edge node, such as 512mb, or none for any amount.")
    private @Nullable String memory;

    @Option(
            names = "--min-depth",
            paramLabel = "N",
            description = "Operators that must run on the edge node before anything leaves it; 0 for none.")
    private @Nullable Integer minimumDepth;

    @Option(
            names = "--raw-input-stays",
            negatable = true,
            description = "Neither the input nor the client's picture may leave the edge node; with --no- they may.")
    private @Nullable Boolean rawInputStays;

    @Option(
            names = {"--allow", "--placements"},
            paramLabel = "PLACEMENT",
            split = ",",
            description = "Only these: edge-only, cloud-only, split, split:N; or all.")
    private @Nullable Set<String> allowed;

    /** Whether the command line says anything. */
    boolean given() {
        return Stream.of(
                        Optional.ofNullable(objective),
                        Optional.ofNullable(latencyTarget),
                        Optional.ofNullable(accuracyBudget),
                        Optional.ofNullable(memory),
                        Optional.ofNullable(minimumDepth),
                        Optional.ofNullable(rawInputStays),
                        Optional.ofNullable(allowed))
                .anyMatch(Optional::isPresent);
    }

    /** {@code base} with what the command line says; what it does not mention stays. */
    Preferences over(Preferences base) {
        Constraints constraints = base.constraints();
        try {
            return new Preferences(
                    objective == null ? base.objective() : parsed("--objective", objective, Values::objective),
                    new Constraints(
                            latencyTarget == null ? constraints.latencyTarget() : target(latencyTarget),
                            accuracyBudget == null
                                    ? constraints.accuracy()
                                    : budget(accuracyBudget, constraints.accuracy()),
                            memory == null ? constraints.edgeMemoryBytes() : bytes(memory),
                            constraints.maxRecordBytes(),
                            rawInputStays == null ? constraints.rawInputStaysOnDevice() : rawInputStays,
                            minimumDepth == null ? constraints.minimumDepth() : depth(minimumDepth),
                            allowed == null ? constraints.allowedPlacements() : placements(allowed)));
        } catch (IllegalArgumentException e) {
            throw CommandFailure.usage(String.valueOf(e.getMessage()));
        }
    }

    private static Optional<Constraints.LatencyTarget> target(String text) {
        return text.equals(NONE)
                ? Optional.empty()
                : Optional.of(parsed("--latency-target", text, Values::latencyTarget));
    }

    private static AccuracyBudget budget(double given, AccuracyBudget base) {
        return given > LARGEST_ERROR
                ? new AccuracyBudget(given, base.relativeError())
                : new AccuracyBudget(base.agreement(), given);
    }

    private static OptionalLong bytes(String text) {
        return text.equals(NONE) ? OptionalLong.empty() : OptionalLong.of(parsed("--memory", text, Values::bytes));
    }

    private static OptionalInt depth(int operators) {
        return operators == 0 ? OptionalInt.empty() : OptionalInt.of(operators);
    }

    private static Set<String> placements(Set<String> named) {
        return named.equals(Set.of("all")) ? Set.of() : named;
    }

    /** A value of a flag; what does not parse ends the command and names the flag. */
    static <T> T parsed(String flag, String text, Function<String, T> parser) {
        try {
            return parser.apply(text);
        } catch (IllegalArgumentException e) {
            throw CommandFailure.usage("%s: %s".formatted(flag, e.getMessage()));
        }
    }
}
