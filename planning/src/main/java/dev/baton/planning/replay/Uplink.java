package dev.baton.planning.replay;

/**
 * One direction of a link on a simulated clock: what is sent leaves in order, as the trace's opportunities allow. An opportunity
 * that finds nothing waiting is lost; what one leaves of its bytes the next record may use.
 */
public final class Uplink {

    private final BandwidthTrace trace;
    /** The next opportunity, and how many bytes of it are taken already. */
    private long packet;

    private int taken;
    private long lastLeavesMicros;
    private double bytes;

    public Uplink(BandwidthTrace trace) {
        this.trace = trace;
    }

    private Uplink(Uplink other) {
        this.trace = other.trace;
        this.packet = other.packet;
        this.taken = other.taken;
        this.lastLeavesMicros = other.lastLeavesMicros;
        this.bytes = other.bytes;
    }

    /** A link in the same state, to ask what would be. */
    public Uplink copy() {
        return new Uplink(this);
    }

    /**
     * Sends a record.
     *
     * @param atMicros when it is handed over; no earlier than the one before
     * @param size in bytes
     * @return when its last byte has left
     */
    public long send(long atMicros, long size) {
        long first = trace.packetsBefore(atMicros);
        if (first > packet) {
            packet = first;
            taken = 0;
        }
        long end = taken + Math.max(1, size);
        long whole = (end - 1) / BandwidthTrace.PACKET_BYTES;
        packet += whole;
        taken = (int) (end - whole * BandwidthTrace.PACKET_BYTES);
        bytes += size;
        lastLeavesMicros = Math.max(atMicros, trace.leavesAt(packet));
        if (taken == BandwidthTrace.PACKET_BYTES) {
            packet++;
            taken = 0;
        }
        return lastLeavesMicros;
    }

    /** When all that was sent so far has left. */
    public long idleAtMicros() {
        return lastLeavesMicros;
    }

    /** Bytes sent so far. */
    public double bytes() {
        return bytes;
    }
}
