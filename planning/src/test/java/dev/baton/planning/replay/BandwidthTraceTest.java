package dev.baton.planning.replay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class BandwidthTraceTest {

    private static final BandwidthTrace TWO_THEN_NONE_THEN_ONE = BandwidthTrace.of("t", new int[] {2, 0, 1, 0});

    @Test
    void packetsLeaveEvenlyWithinTheirMillisecondAndTheTraceRepeats() {
        assertThat(TWO_THEN_NONE_THEN_ONE.leavesAt(0)).isEqualTo(500);
        assertThat(TWO_THEN_NONE_THEN_ONE.leavesAt(1)).isEqualTo(1_000);
        assertThat(TWO_THEN_NONE_THEN_ONE.leavesAt(2)).isEqualTo(3_000);
        assertThat(TWO_THEN_NONE_THEN_ONE.leavesAt(3)).isEqualTo(4_500);
        assertThat(TWO_THEN_NONE_THEN_ONE.leavesAt(3_000_002)).isEqualTo(4_000_000_000L + 3_000);
    }

    @Test
    void aPacketThatLeavesIsCountedFromThenOn() {
        BandwidthTrace trace = LinkKind.LTE_DRIVE.generate(10, 3);
        SplittableRandom random = new SplittableRandom(1);
        for (int i = 0; i < 2_000; i++) {
            long packet = random.nextLong(200_000);
            long leaves = trace.leavesAt(packet);
            assertThat(trace.packetsBefore(leaves + 1)).isGreaterThan(packet);
            assertThat(trace.packetsBefore(Math.max(0, leaves - 1_001))).isLessThanOrEqualTo(packet);
        }
    }

    @Test
    void aRecordTakesAsManyOpportunitiesAsItsBytesNeed() {
        Uplink link = new Uplink(BandwidthTrace.of("t", new int[] {1}));

        assertThat(link.send(0, 1_500)).isEqualTo(1_000);
        assertThat(link.send(0, 3_000)).as("queues behind the first").isEqualTo(3_000);
        assertThat(link.send(0, 100)).isEqualTo(4_000);
        assertThat(link.send(0, 1_400)).as("fits beside the one before").isEqualTo(4_000);
        assertThat(link.send(10_500, 1)).as("what nobody used is lost").isEqualTo(11_000);
        assertThat(link.bytes()).isEqualTo(6_001);
    }

    @Test
    void theLinkIsNeverFasterThanItsTrace() {
        BandwidthTrace trace = LinkKind.WIFI.generate(5, 9);
        Uplink link = new Uplink(trace);
        SplittableRandom random = new SplittableRandom(2);
        long at = 0;
        long last = 0;
        double sent = 0;
        while (at < 20_000_000) {
            long size = 1 + random.nextLong(50_000);
            long left = link.send(at, size);
            sent += size;
            assertThat(left).isGreaterThanOrEqualTo(Math.max(at, last));
            last = left;
            at += random.nextLong(20_000);
        }
        assertThat(sent).isLessThanOrEqualTo((trace.packetsBefore(last) + 1) * 1_500.0);
    }

    @Test
    void aConstantRateIsThatRate() {
        BandwidthTrace trace = BandwidthTrace.constant("10 Mbit/s", 1_250_000, 1_000);

        assertThat(trace.meanBytesPerSecond()).isCloseTo(1_250_000, within(1_500.0));
        assertThat(new Uplink(trace).send(0, 125_000) / 1e6).isCloseTo(0.1, within(0.002));
    }

    @Test
    void generatedTracesComeFromTheirSeed() {
        for (LinkKind kind : LinkKind.ALL) {
            BandwidthTrace trace = kind.generate(60, 5);
            assertThat(trace.packetsPerMilli()).isEqualTo(kind.generate(60, 5).packetsPerMilli());
            assertThat(trace.periodMicros()).isEqualTo(60_000_000);
            assertThat(trace.meanBytesPerSecond() * 8 / 1e6)
                    .as(kind.id())
                    .isBetween(kind.mbits() / 5, kind.mbits() * 2.5);
        }
        assertThat(LinkKind.LTE_DRIVE.generate(60, 5).packetsPerMilli())
                .isNotEqualTo(LinkKind.LTE_DRIVE.generate(60, 6).packetsPerMilli());
    }

    @Test
    void drivingMeetsOutages() {
        BandwidthTrace trace = LinkKind.LTE_DRIVE.generate(300, 1);
        int silent = 0;
        for (long at = 0; at < trace.periodMicros(); at += 500_000) {
            silent += trace.bytesPerSecond(at, at + 500_000) == 0 ? 1 : 0;
        }
        assertThat(silent).isBetween(3, 60);
    }

    @Test
    void aTraceWithoutAPacketIsNone() {
        assertThatThrownBy(() -> BandwidthTrace.of("dead", new int[100]))
                .hasMessage("trace dead: no packet may ever leave");
        assertThatThrownBy(() -> LinkKind.STEADY.generate(0, 1)).hasMessageContaining("expected 1 to 86400");
    }
}
