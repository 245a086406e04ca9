package dev.baton.gauge;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class ShippedPicturesTest {
    private static final int PICTURES = 120;
    private static final long MAX_BYTES = 3L << 20;

    @Test
    void everyPictureIsListedAndEveryListedPictureIsThere() throws IOException {
        List<String> listed = ShippedPictures.read().entries().stream()
                .map(ShippedPictures.Entry::file)
                .sorted()
                .toList();
        try (Stream<String> files = Files.list(ShippedPictures.FOLDER)
                .map(file -> file.getFileName().toString())) {
            assertEquals(
                    listed, files.filter(name -> name.endsWith(".jpg")).sorted().toList());
        }
        assertEquals(PICTURES, listed.size());
    }

    @Test
    void picturesTogetherAreSmall() throws IOException {
        long bytes = 0;
        for (ShippedPictures.Entry entry : ShippedPictures.read().entries()) {
            bytes += entry.jpeg().length;
        }
        assertTrue(bytes <= MAX_BYTES, bytes + " bytes");
    }

    @Test
    void readingsFollowFromFractionAndScale() throws IOException {
        for (ShippedPictures.Entry entry : ShippedPictures.read().entries()) {
            double reading = entry.scaleMin() + entry.fraction() * (entry.scaleMax() - entry.scaleMin());
            assertEquals(reading, entry.reading(), 1e-4 * (entry.scaleMax() - entry.scaleMin()), entry.file());
        }
    }

    @Test
    void labelsAreThoseOfTheRenderer() throws IOException {
        List<ShippedPictures.Entry> entries = ShippedPictures.read().entries();
        for (int i = 0; i < PICTURES; i += 12) {
            ShippedPictures.Entry entry = entries.get(i);
            int number = entry.design().lastIndexOf('-');
            String set =
                    entry.design().substring(0, number).toUpperCase(Locale.ROOT).replace('-', '_');
            long index = Long.parseLong(entry.design().substring(number + 1));
            CameraPicture drawn = CameraPicture.of(DesignSet.valueOf(set), index);
            assertEquals(drawn.truth().fraction(), entry.fraction(), 1e-5, entry.file());
            assertEquals(drawn.design().scale().unit(), entry.unit(), entry.file());
        }
    }

    @Test
    void noShippedPictureIsOfATrainingDesign() throws IOException {
        for (ShippedPictures.Entry entry : ShippedPictures.read().entries()) {
            assertTrue(entry.design().startsWith("held-out-"), entry.file());
        }
    }
}
