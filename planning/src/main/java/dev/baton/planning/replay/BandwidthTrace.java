package dev.baton.planning.replay;

import java.util.Arrays;

/**
 * What a link can carry, millisecond by millisecond: how many packets of {@value #PACKET_BYTES} bytes may leave. It repeats from
 * its beginning after its end.
 */
public final class BandwidthTrace {

    /** What one delivery opportunity carries, as in mahimahi (Netravali et al., USENIX ATC 2015). */
    public static final int PACKET_BYTES = 1_500;

    private static final double MICROS = 1e3;
    private static final int LONGEST_MILLIS = 24 * 3_600_000;

    private final String name;
    /** Packets that left before each millisecond; the last entry is how many leave in one round. */
    private final long[] before;

    private BandwidthTrace(String name, long[] before) {
        this.name = name;
        this.before = before;
    }

    /**
     * A trace of packets that may leave in each millisecond.
     *
     * @throws IllegalArgumentException when no packet may ever leave
     */
    public static BandwidthTrace of(String name, int[] packetsPerMilli) {
        if (packetsPerMilli.length > LONGEST_MILLIS) {
            throw new IllegalArgumentException("trace %s of %d ms: expected at most %d, a day"
                    .formatted(name, packetsPerMilli.length, LONGEST_MILLIS));
        }
        long[] before = new long[packetsPerMilli.length + 1];
        for (int i = 0; i < packetsPerMilli.length; i++) {
            before[i + 1] = before[i] + packetsPerMilli[i];
        }
        if (before[packetsPerMilli.length] == 0) {
            throw new IllegalArgumentException("trace %s: no packet may ever leave".formatted(name));
        }
        return new BandwidthTrace(name, before);
    }

    /** A link that always has the same rate, for questions without a trace. */
    public static BandwidthTrace constant(String name, double bytesPerSecond, int millis) {
        double[] rates = new double[millis];
        Arrays.fill(rates, bytesPerSecond);
        return ofRates(name, rates);
    }

    /** A trace of bytes per second in each millisecond; what is left of a packet is carried over. */
    public static BandwidthTrace ofRates(String name, double[] bytesPerSecond) {
        int[] packets = new int[bytesPerSecond.length];
        double carried = 0;
        for (int i = 0; i < packets.length; i++) {
            carried += bytesPerSecond[i] / 1e3 / PACKET_BYTES;
            packets[i] = (int) carried;
            carried -= packets[i];
        }
        return of(name, packets);
    }

    public String name() {
        return name;
    }

    /** After so many microseconds it begins anew. */
    public long periodMicros() {
        return (before.length - 1) * 1_000L;
    }

    /** Bytes per second over the whole trace. */
    public double meanBytesPerSecond() {
        return before[before.length - 1] * (double) PACKET_BYTES / (periodMicros() / 1e6);
    }

    /** Bytes per second between two moments, in microseconds. */
    public double bytesPerSecond(long fromMicros, long toMicros) {
        return (packetsBefore(toMicros) - packetsBefore(fromMicros))
                * (double) PACKET_BYTES
                / ((toMicros - fromMicros) / 1e6);
    }

    /** How many packets could have left before a moment. Within a millisecond they are evenly apart: files say no more. */
    public long packetsBefore(long micros) {
        long rounds = micros / periodMicros();
        long within = micros % periodMicros();
        int milli = (int) (within / 1_000);
        long there = before[milli + 1] - before[milli];
        // The j-th of n packets leaves at (j + 1) / n of the millisecond.
        long ofThis = (long) Math.floor((within % 1_000) / MICROS * there);
        return rounds * before[before.length - 1] + before[milli] + ofThis;
    }

    /** When the packet of this number, counted from 0, leaves; microseconds from the trace's beginning. */
    public long leavesAt(long packet) {
        long perRound = before[before.length - 1];
        long rounds = packet / perRound;
        long number = packet % perRound;
        int milli = Arrays.binarySearch(before, number);
        if (milli >= 0) {
            while (before[milli + 1] == number) {
                milli++;
            }
        } else {
            milli = -milli - 2;
        }
        long there = before[milli + 1] - before[milli];
        long micros = (long) Math.ceil((number - before[milli] + 1) * MICROS / there);
        return rounds * periodMicros() + milli * 1_000L + micros;
    }

    /** Packets that may leave in each millisecond of one round. */
    public int[] packetsPerMilli() {
        int[] packets = new int[before.length - 1];
        for (int i = 0; i < packets.length; i++) {
            packets[i] = (int) (before[i + 1] - before[i]);
        }
        return packets;
    }

    @Override
    public String toString() {
        return "%s: %.1f s, mean %.2f Mbit/s".formatted(name, periodMicros() / 1e6, meanBytesPerSecond() * 8 / 1e6);
    }
}
