package dev.baton.tail.failure;

import static org.assertj.core.api.Assertions.assertThat;

import dev.baton.schemas.records.FailureReason;
import dev.baton.tail.failure.FailurePolicy.Action;
import java.util.List;
import org.junit.jupiter.api.Test;

final class FailurePolicyTest {

    private static final List<TailFailure> ALL = List.of(
            new TailFailure.Malformed("m"),
            new TailFailure.UnknownModel("m"),
            new TailFailure.VersionMismatch("m"),
            new TailFailure.Late("m"),
            new TailFailure.EngineFailed("m"),
            new TailFailure.Cancelled("m"),
            new TailFailure.Overloaded("m"),
            new TailFailure.OverQuota("m"));

    @Test
    void recordsThatCannotEverBeAnsweredAreKeptForPeople() {
        assertThat(ALL.stream().filter(failure -> FailurePolicy.onFailure(failure) == Action.DEAD_LETTER))
                .containsExactly(new TailFailure.Malformed("m"), new TailFailure.EngineFailed("m"));
    }

    @Test
    void everyFailureTravelsUnderItsOwnReason() {
        assertThat(ALL.stream().map(FailurePolicy::reason))
                .containsExactly(
                        FailureReason.MALFORMED,
                        FailureReason.UNKNOWN_MODEL,
                        FailureReason.VERSION_MISMATCH,
                        FailureReason.LATE,
                        FailureReason.ENGINE,
                        FailureReason.CANCELLED,
                        FailureReason.OVERLOADED,
                        FailureReason.OVER_QUOTA);
    }
}
