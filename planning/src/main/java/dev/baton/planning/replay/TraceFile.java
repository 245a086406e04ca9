package dev.baton.planning.replay;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.Writer;
import java.nio.charset.MalformedInputException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;

/**
 * Bandwidth traces as files: the format of mahimahi's {@code mm-link}, which has a line with a millisecond for each packet that
 * may leave, or lines of seconds and Mbit/s with a comma between, with or without a header. Lines that begin with # are notes.
 */
public final class TraceFile {

    private static final int LONGEST_MILLIS = 24 * 3_600_000;
    private static final double FASTEST_MBITS = 100_000;

    private TraceFile() {}

    /**
     * Reads a trace; whether lines hold a comma tells the formats apart.
     *
     * @throws InvalidTraceException naming the file, and the line where one is wrong
     */
    public static BandwidthTrace read(Path file) throws IOException {
        try (BufferedReader lines = Files.newBufferedReader(file)) {
            return new Reading(String.valueOf(file.getFileName()), lines).trace();
        } catch (MalformedInputException e) {
            throw new InvalidTraceException("%s is no text".formatted(file.getFileName()), e);
        }
    }

    /** Writes a trace in mahimahi's format. */
    public static void write(BandwidthTrace trace, Path file) throws IOException {
        int[] packets = trace.packetsPerMilli();
        try (Writer out = Files.newBufferedWriter(file)) {
            for (int milli = 0; milli < packets.length; milli++) {
                // mahimahi's clock starts at 0 and its period is the last line, so what leaves within the n-th
                // millisecond has n.
                for (int i = 0; i < packets[milli]; i++) {
                    out.write(Integer.toString(milli + 1));
                    out.write('\n');
                }
            }
        }
    }

    private static final class Reading {
        private final String name;
        private final BufferedReader lines;
        private int number;
        private int[] packets = new int[60_000];
        private int length;
        private double lastSeconds = Double.NEGATIVE_INFINITY;
        private double lastMbits;
        private double step;
        private double carried;
        private boolean csv;
        private boolean begun;

        Reading(String name, BufferedReader lines) {
            this.name = name;
            this.lines = lines;
        }

        BandwidthTrace trace() throws IOException {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                number++;
                String text = line.strip();
                if (text.isEmpty() || text.startsWith("#") || isHeader(text)) {
                    continue;
                }
                csv = begun ? csv : text.contains(",");
                begun = true;
                if (csv) {
                    rate(text);
                } else {
                    packet(text);
                }
            }
            if (!begun) {
                throw new InvalidTraceException("%s: no line with a packet or a rate".formatted(name));
            }
            if (csv) {
                fill(lastSeconds + (step > 0 ? step : 1));
            }
            try {
                return BandwidthTrace.of(name, Arrays.copyOf(packets, length));
            } catch (IllegalArgumentException e) {
                throw new InvalidTraceException(String.valueOf(e.getMessage()), e);
            }
        }

        private boolean isHeader(String text) {
            return !begun && text.contains(",") && Character.isLetter(text.charAt(0));
        }

        private void packet(String text) throws InvalidTraceException {
            if (!text.matches("\\d{1,9}")) {
                throw wrong(text, "a whole number of milliseconds");
            }
            int milli = Integer.parseInt(text);
            if (milli > LONGEST_MILLIS) {
                throw wrong(text, "at most %d ms, a day".formatted(LONGEST_MILLIS));
            }
            int at = Math.max(0, milli - 1);
            if (at + 1 < length) {
                throw wrong(text, "no less than the line before");
            }
            add(at, 1);
        }

        private void rate(String text) throws InvalidTraceException {
            String[] fields = text.split(",", -1);
            double seconds = number(fields, 0, text);
            double mbits = number(fields, 1, text);
            if (!(seconds >= 0) || seconds > LONGEST_MILLIS / 1e3) {
                throw wrong(text, "seconds from 0 to a day");
            }
            if (!(mbits >= 0) || mbits > FASTEST_MBITS) {
                throw wrong(text, "0 to %.0f Mbit/s".formatted(FASTEST_MBITS));
            }
            if (lastSeconds == Double.NEGATIVE_INFINITY) {
                lastSeconds = 0;
                lastMbits = mbits;
            } else if (seconds <= lastSeconds) {
                throw wrong(text, "more than the seconds of the line before");
            }
            step = seconds - lastSeconds;
            fill(seconds);
            lastSeconds = seconds;
            lastMbits = mbits;
        }

        private double number(String[] fields, int index, String text) throws InvalidTraceException {
            try {
                return Double.parseDouble(fields.length > index ? fields[index].strip() : "");
            } catch (NumberFormatException e) {
                throw new InvalidTraceException(said(text, "seconds,Mbit/s"), e);
            }
        }

        /** The rate of the last line holds until {@code seconds}. */
        private void fill(double seconds) throws InvalidTraceException {
            int end = (int) Math.min(LONGEST_MILLIS, Math.round(seconds * 1e3));
            for (int milli = length; milli < end; milli++) {
                carried += lastMbits * 1e6 / 8 / 1e3 / BandwidthTrace.PACKET_BYTES;
                add(milli, (int) carried);
                carried -= (int) carried;
            }
        }

        private void add(int milli, int count) {
            if (milli >= packets.length) {
                packets = Arrays.copyOf(packets, Math.max(milli + 1, packets.length * 2));
            }
            packets[milli] += count;
            length = Math.max(length, milli + 1);
        }

        private InvalidTraceException wrong(String text, String expected) {
            return new InvalidTraceException(said(text, expected));
        }

        private String said(String text, String expected) {
            String shown = text.length() > 60 ? text.substring(0, 60) + "…" : text;
            return "%s, line %d: '%s': expected %s".formatted(name, number, shown, expected);
        }
    }
}
