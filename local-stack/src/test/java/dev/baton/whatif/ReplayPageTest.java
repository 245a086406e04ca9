package dev.baton.whatif;

import static org.assertj.core.api.Assertions.assertThat;

import dev.baton.planning.replay.PlanChange;
import dev.baton.planning.replay.PolicyResult;
import dev.baton.planning.replay.ReplayResult;
import java.util.List;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;

class ReplayPageTest {

    @Test
    void holdsEverythingItNeedsAndSaysWhatCameFromElsewhereAsText() {
        String page = ReplayPage.of(replay("<script>alert(1)</script>"), "a & b");

        assertThat(page)
                .contains(
                        "&lt;script&gt;alert(1)&lt;/script&gt;",
                        "a &amp; b",
                        "prefers-color-scheme: dark",
                        "Mbit/s",
                        "the link changed: 20 ms predicted")
                .doesNotContain("<script", "http://", "https://", "src=", "NaN");
    }

    private static ReplayResult replay(String trace) {
        PolicyResult policy =
                new PolicyResult("baton", "", 2, 15, 15, 20, 20, OptionalDouble.of(1), 0.1, 1_000, 100, 1, 0, 15, 0.02);
        return new ReplayResult(
                trace,
                10,
                List.of(policy),
                List.of(
                        new PlanChange(0, "edge-only", "no plan yet", "without a plan"),
                        new PlanChange(4_000_000, "cloud-only picture", "link", "the link changed: 20 ms predicted")),
                new ReplayResult.Timeline(
                        1,
                        List.of(5.0, 6.0, 0.0),
                        List.of(new ReplayResult.Latencies("baton", List.of(0.0, 2.0), List.of(10.0, 20.0)))));
    }
}
