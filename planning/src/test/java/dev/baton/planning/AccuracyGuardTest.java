package dev.baton.planning;

import static dev.baton.planning.TestingSituation.everything;
import static dev.baton.planning.TestingSituation.split;
import static dev.baton.planning.TestingSituation.tail;
import static org.assertj.core.api.Assertions.assertThat;

import dev.baton.partitioning.accuracy.AccuracyProfile.Metric;
import dev.baton.planning.EdgeObservation.Agreement;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

/** What users' own requests show about a codec counts for more than what its import or its evaluation did. */
final class AccuracyGuardTest {
    private static final Choice BEST = split(2, "int8+zstd");

    private TestingSituation situation = new TestingSituation();

    private void agreed(Choice choice, long samples, double agreement) {
        int point = situation.profile.splitPoint(situation.profile.indexOf(choice));
        says(new Agreement(point, choice.codec(), samples, agreement, Optional.empty()));
    }

    private void says(Agreement agreement) {
        situation.edgeSays(everything(8).agreement(agreement)).tailSays(tail());
    }

    private boolean mayBeChosen(Choice choice) {
        return situation.rank().of(choice).orElseThrow().feasible();
    }

    @Test
    void tooManyChangedAnswersRuleACodecOut() {
        agreed(BEST, 200, 0.95);

        assertThat(situation.rank().of(BEST).orElseThrow().infeasible())
                .contains("int8+zstd changed more answers than allowed in 200 requests that were compared");
        assertThat(situation.best()).isNotEqualTo(BEST);
    }

    @Test
    void onlyThatCodecAtThatSplitPointIsRuledOut() {
        agreed(BEST, 200, 0.95);

        assertThat(mayBeChosen(split(2, "int8"))).isTrue();
        assertThat(mayBeChosen(split(3, "int8+zstd"))).isTrue();
    }

    @Test
    void fewSamplesSayNothingAgainstACodec() {
        agreed(BEST, 29, 0.5);
        assertThat(mayBeChosen(BEST)).isTrue();
        agreed(BEST, 30, 0.5);
        assertThat(mayBeChosen(BEST)).isFalse();
    }

    @Test
    void aShareThatChanceExplainsSaysNothing() {
        // 98 % of 100 may well be 99 %; of 10,000 not.
        agreed(BEST, 100, 0.98);
        assertThat(mayBeChosen(BEST)).isTrue();
        agreed(BEST, 10_000, 0.98);
        assertThat(mayBeChosen(BEST)).isFalse();
    }

    @Test
    void enoughAgreementAllowsACodecThatTheImportRuledOut() {
        assertThat(situation
                        .everythingKnown(8)
                        .rank()
                        .of(split(3, "int4"))
                        .orElseThrow()
                        .feasible())
                .isFalse();
        agreed(split(3, "int4"), 100, 1);
        assertThat(mayBeChosen(split(3, "int4")))
                .as("100 of 100 are not yet 99 % for sure")
                .isFalse();
        agreed(split(3, "int4"), 1_000, 1);
        assertThat(mayBeChosen(split(3, "int4"))).isTrue();
    }

    @Test
    void otherModelsAreJudgedByTheirRelativeError() {
        situation = new TestingSituation(new ModelProfile(
                TestingSituation.MODEL,
                TestingSituation.points(),
                true,
                OptionalLong.of(60_000),
                Optional.of(Metric.RELATIVE_ERROR)));
        says(new Agreement(2, BEST.codec(), 50, 1, Optional.of(new Moments(50, 0.02, 0.0001, 0.02, 0.04))));
        assertThat(mayBeChosen(BEST)).isFalse();
        says(new Agreement(2, BEST.codec(), 50, 0, Optional.of(new Moments(50, 0.002, 0.0001, 0.002, 0.004))));
        assertThat(mayBeChosen(BEST)).isTrue();
    }

    @Test
    void withoutAnErrorOrACodecThatTheModelHasNothingIsSaid() {
        situation = new TestingSituation(new ModelProfile(
                TestingSituation.MODEL,
                TestingSituation.points(),
                true,
                OptionalLong.of(60_000),
                Optional.of(Metric.RELATIVE_ERROR)));
        says(new Agreement(2, BEST.codec(), 50, 0, Optional.empty()));
        assertThat(mayBeChosen(BEST)).isTrue();
        says(new Agreement(17, BEST.codec(), 500, 0, Optional.empty()));
        assertThat(mayBeChosen(BEST)).isTrue();
        assertThat(mayBeChosen(Choice.EDGE_ONLY)).isTrue();
    }

    @Test
    void theCodecsWithTheMostSamplesAreKept() {
        EdgeObservation.Builder window = everything(8);
        for (Choice choice : situation.profile.points().subList(1, 4).stream()
                .flatMap(point -> ModelProfile.CODECS.stream().map(codec -> split(point.index(), codec.id())))
                .toList()) {
            boolean worst = choice.equals(BEST);
            int point = situation.profile.splitPoint(situation.profile.indexOf(choice));
            window.agreement(new Agreement(point, choice.codec(), worst ? 400 : 40, worst ? 0.5 : 1, Optional.empty()));
        }
        situation.edgeSays(window).tailSays(tail());

        assertThat(mayBeChosen(BEST)).isFalse();
    }
}
