package dev.baton.planning.replay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.baton.planning.CloudPrice;
import dev.baton.planning.Constraints;
import dev.baton.planning.Objective;
import dev.baton.planning.PowerModel;
import dev.baton.planning.Preferences;
import dev.baton.planning.change.ChangeSettings;
import java.util.List;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;

class ReplayTest {

    private static final int MINUTE = 60_000_000;

    @Test
    void aSteadyFastLinkIsNoReasonToRegretMuch() {
        ReplayResult result = replay(LinkKind.STEADY.generate(60, 1), Preferences.USUAL);

        assertThat(result.ours().regret()).isLessThan(0.1);
        assertThat(result.policy("oracle").regret()).isZero();
        assertThat(result.policies()).allSatisfy(policy -> {
            assertThat(policy.requests()).isEqualTo(300);
            assertThat(policy.meanMillis()).isPositive();
        });
    }

    @Test
    void theBestThatNeverChangesIsNoWorseThanEitherEnd() {
        for (LinkKind kind : LinkKind.ALL) {
            ReplayResult result = replay(kind.generate(60, 3), Preferences.USUAL);

            double best = result.policy("best static").meanScore();
            assertThat(best).isLessThanOrEqualTo(result.policy("edge-only").meanScore());
            assertThat(best)
                    .isLessThanOrEqualTo(result.policy("cloud-only picture").meanScore());
        }
    }

    @Test
    void theEdgeAloneTakesWhatItTakesWhateverTheLinkDoes() {
        PolicyResult edge =
                replay(LinkKind.LTE_DRIVE.generate(60, 5), Preferences.USUAL).policy("edge-only");

        assertThat(edge.p50Millis()).isCloseTo(62, within(2.0));
        assertThat(edge.bytesPerRequest()).isZero();
        assertThat(edge.joulesPerRequest()).isCloseTo(62e-3 * 5, within(0.02));
        assertThat(edge.switches()).isZero();
    }

    @Test
    void aStepOfTheLinkIsFollowedWithinSeconds() {
        ReplayResult result = replay(LinkKind.STEP.generate(60, 1), Preferences.USUAL);

        assertThat(result.changes()).anySatisfy(change -> assertThat(change.atMicros())
                .as(result.changes().toString())
                .isBetween(30_000_000L, 33_000_000L));
        assertThat(result.ours().switches()).isLessThanOrEqualTo(4);
    }

    @Test
    void aFlappingLinkIsNotFollowed() {
        ReplayResult result = replay(LinkKind.FLAPPING.generate(60, 1), Preferences.USUAL);

        List<Long> changes = result.changes().stream()
                .filter(change -> !change.trigger().equals("first plan") && change.atMicros() > 0)
                .map(PlanChange::atMicros)
                .toList();
        assertThat(changes).allSatisfy(from -> assertThat(changes)
                .filteredOn(at -> at >= from && at < from + MINUTE)
                .hasSizeLessThanOrEqualTo(6));
    }

    @Test
    void whoeverWantsLittleEnergySpendsLess() {
        BandwidthTrace trace = LinkKind.LTE_STATIC.generate(60, 2);
        PolicyResult fast = replay(trace, Preferences.USUAL).ours();
        PolicyResult frugal =
                replay(trace, Preferences.USUAL.with(Objective.ENERGY)).ours();

        assertThat(frugal.joulesPerRequest()).isLessThanOrEqualTo(fast.joulesPerRequest() * 1.01);
    }

    @Test
    void aPictureThatMustStayIsNotSent() {
        Preferences preferences = Preferences.USUAL.with(Constraints.USUAL.withRawInputOnDevice());
        ReplayResult result = replay(LinkKind.STEADY.generate(60, 1), preferences);

        assertThat(result.changes())
                .allSatisfy(change -> assertThat(change.placement()).doesNotContain("cloud-only"));
        assertThat(result.policy("best static").placement()).doesNotContain("cloud-only");
    }

    @Test
    void whatIsInTimeIsCounted() {
        ReplayResult result = replay(LinkKind.STEADY.generate(60, 1), Preferences.USUAL);

        assertThat(result.policy("edge-only").deadlineHits().orElseThrow()).isZero();
        assertThat(result.policy("oracle").deadlineHits().orElseThrow()).isGreaterThan(0.9);
    }

    @Test
    void theSameSeedGivesTheSameReplay() {
        BandwidthTrace trace = LinkKind.LTE_DRIVE.generate(60, 7);

        assertThat(replay(trace, Preferences.USUAL)).isEqualTo(replay(trace, Preferences.USUAL));
    }

    private static ReplayResult replay(BandwidthTrace trace, Preferences preferences) {
        Scenario scenario = new Scenario(
                TestingCosts.slowed(1),
                new PowerModel(1, 5, 2, 1, "test"),
                CloudPrice.SECONDS,
                trace,
                10_000,
                1_000,
                new Scenario.Traffic(5, MINUTE, false),
                preferences,
                OptionalDouble.of(40_000),
                Scenario.USUAL_CLOUD_TIMEOUT_MICROS,
                1);
        return Replay.run(scenario, ChangeSettings.USUAL, progress -> {});
    }
}
