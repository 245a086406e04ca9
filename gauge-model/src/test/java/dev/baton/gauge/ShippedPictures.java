package dev.baton.gauge;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** The pictures in the folder {@code pictures} with what its list says of them. */
record ShippedPictures(List<Entry> entries) {
    static final Path FOLDER = Path.of("pictures");
    static final String HEADER = "file,fraction,reading,unit,scale_min,scale_max,design";

    /** A line of the list. */
    record Entry(
            String file,
            double fraction,
            double reading,
            String unit,
            double scaleMin,
            double scaleMax,
            String design) {

        private static Entry parse(String line) {
            String[] fields = line.split(",", -1);
            return new Entry(
                    fields[0],
                    Double.parseDouble(fields[1]),
                    Double.parseDouble(fields[2]),
                    fields[3],
                    Double.parseDouble(fields[4]),
                    Double.parseDouble(fields[5]),
                    fields[6]);
        }

        byte[] jpeg() throws IOException {
            return Files.readAllBytes(FOLDER.resolve(file));
        }
    }

    static ShippedPictures read() throws IOException {
        List<String> lines = Files.readAllLines(FOLDER.resolve("pictures.csv"));
        if (!lines.getFirst().equals(HEADER)) {
            throw new IllegalStateException("list begins with " + lines.getFirst());
        }
        return new ShippedPictures(lines.stream().skip(1).map(Entry::parse).toList());
    }
}
