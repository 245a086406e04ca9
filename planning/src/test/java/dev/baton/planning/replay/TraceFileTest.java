package dev.baton.planning.replay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TraceFileTest {

    @TempDir
    private Path directory;

    @Test
    void aLineOfMahimahiLetsOnePacketLeaveInItsMillisecond() throws IOException {
        BandwidthTrace trace = read("1\n1\n3\n10\n");

        assertThat(trace.packetsPerMilli()).containsExactly(2, 0, 1, 0, 0, 0, 0, 0, 0, 1);
        assertThat(trace.periodMicros()).isEqualTo(10_000);
        assertThat(trace.meanBytesPerSecond()).isEqualTo(4 * 1_500 / 0.010);
    }

    @Test
    void ratesHoldUntilTheNextLineAndTheLastOneForAsLongAsTheOneBefore() throws IOException {
        BandwidthTrace trace = read("time,Mbit/s\n0,12\n1,24\n");

        assertThat(trace.periodMicros()).isEqualTo(2_000_000);
        assertThat(trace.bytesPerSecond(0, 1_000_000)).isCloseTo(1.5e6, within(2e3));
        assertThat(trace.bytesPerSecond(1_000_000, 2_000_000)).isCloseTo(3e6, within(2e3));
    }

    @Test
    void timesOfRatesMayHaveNoHeaderAndNotes() throws IOException {
        assertThat(read("# from a train\n\n0.0, 8.0\n0.5, 0\n").meanBytesPerSecond())
                .isCloseTo(5e5, within(2e3));
    }

    @Test
    void aBadLineIsRefusedByNumber() {
        assertThatThrownBy(() -> read("1\n2\nthree\n"))
                .isInstanceOf(InvalidTraceException.class)
                .hasMessage("trace, line 3: 'three': expected a whole number of milliseconds");
        assertThatThrownBy(() -> read("5\n2\n"))
                .hasMessage("trace, line 2: '2': expected no less than the line before");
        assertThatThrownBy(() -> read("0,1\n1,-3\n")).hasMessage("trace, line 2: '1,-3': expected 0 to 100000 Mbit/s");
        assertThatThrownBy(() -> read("0,1\n1\n")).hasMessage("trace, line 2: '1': expected seconds,Mbit/s");
        assertThatThrownBy(() -> read("0,1\n0,2\n"))
                .hasMessage("trace, line 2: '0,2': expected more than the seconds of the line before");
        assertThatThrownBy(() -> read("99999999999\n")).hasMessageContaining("line 1");
        assertThatThrownBy(() -> read("0,1\n900000,2\n")).hasMessageContaining("seconds from 0 to a day");
    }

    @Test
    void nothingIsNoTrace() {
        assertThatThrownBy(() -> read("\n")).hasMessage("trace: no line with a packet or a rate");
        assertThatThrownBy(() -> read("0,0\n")).hasMessage("trace trace: no packet may ever leave");
    }

    @Test
    void whatIsWrittenIsReadAgain() throws IOException {
        BandwidthTrace trace = LinkKind.LTE_DRIVE.generate(20, 7);
        Path file = directory.resolve("written");
        TraceFile.write(trace, file);

        int[] read = TraceFile.read(file).packetsPerMilli();

        // A trace ends with its last packet in this format: silence after it cannot be written.
        assertThat(trace.packetsPerMilli()).startsWith(read);
    }

    private BandwidthTrace read(String text) throws IOException {
        Path file = directory.resolve("trace");
        Files.writeString(file, text);
        return TraceFile.read(file);
    }
}
