package dev.baton.gauge.train;

import dev.baton.gauge.CameraPicture;
import dev.baton.gauge.DesignSet;
import dev.baton.gauge.Scale;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Held-out pictures as files with a list of what they show, for demonstrations and tests. */
final class PictureSet {

    private PictureSet() {}

    /** Writes {@code count} pictures, half of held-out designs and half of held-out families. */
    static void write(Path folder, int count) throws IOException {
        Files.createDirectories(folder);
        List<String> lines = new ArrayList<>(List.of("file,fraction,reading,unit,scale_min,scale_max,design"));
        for (int i = 0; i < count; i++) {
            DesignSet set = i % 2 == 0 ? DesignSet.HELD_OUT_DESIGNS : DesignSet.HELD_OUT_FAMILIES;
            CameraPicture picture = CameraPicture.of(set, i / 2);
            String file = "gauge-%03d.jpg".formatted(i + 1);
            Files.write(folder.resolve(file), picture.jpeg());
            Scale scale = picture.design().scale();
            double fraction = picture.truth().fraction();
            lines.add(String.format(
                    Locale.ROOT,
                    "%s,%.5f,%.4f,%s,%s,%s,%s-%d",
                    file,
                    fraction,
                    scale.reading(fraction),
                    scale.unit(),
                    scale.min(),
                    scale.max(),
                    set.name().toLowerCase(Locale.ROOT).replace('_', '-'),
                    i / 2));
        }
        Files.writeString(folder.resolve("pictures.csv"), String.join("\n", lines) + "\n");
    }
}
