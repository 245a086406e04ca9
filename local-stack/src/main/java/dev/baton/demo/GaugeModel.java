package dev.baton.demo;

import dev.baton.demo.Picture.Truth;
import dev.baton.localstack.StackException;
import dev.baton.models.DescribedModel;
import dev.baton.models.ExitFlags;
import dev.baton.models.ImageFlags;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** The model that comes with Baton: reads an analog gauge. Its pictures show dial designs it was not trained on. */
public final class GaugeModel {

    private final Path directory;
    private final Path home;

    private GaugeModel(Path home) {
        this.home = home;
        this.directory = home.resolve("gauge-model");
    }

    /** The model as it lies in a repository with this root. */
    public static GaugeModel in(Path home) {
        return new GaugeModel(home);
    }

    public DescribedModel model() {
        Path onnx = directory.resolve("model/gauge.onnx");
        if (!Files.isRegularFile(onnx)) {
            throw new StackException("the gauge model is missing: " + onnx);
        }
        DescribedModel.Search search = new DescribedModel.Search(
                home,
                false,
                Optional.empty(),
                ImageFlags.NONE,
                ExitFlags.NONE,
                Optional.empty(),
                Optional.empty(),
                List.of());
        try {
            return DescribedModel.find(onnx, search, file -> {
                throw new StackException("the gauge model's description is missing beside " + file);
            });
        } catch (IOException e) {
            throw new StackException("cannot read the gauge model's description: " + e.getMessage(), e);
        }
    }

    /** Evenly chosen from all pictures, with the true readings. */
    public List<Picture> pictures(int count) {
        Path folder = directory.resolve("pictures");
        try {
            List<String> lines = Files.readAllLines(folder.resolve("pictures.csv"));
            List<String> columns = Arrays.asList(lines.getFirst().split(",", -1));
            List<String> rows = lines.subList(1, lines.size());
            int most = Math.min(count, rows.size());
            List<Picture> pictures = new ArrayList<>(most);
            for (int i = 0; i < most; i++) {
                List<String> row = Arrays.asList(
                        rows.get((int) ((long) i * rows.size() / most)).split(",", -1));
                String file = row.get(columns.indexOf("file"));
                Truth truth = new Truth(
                        Double.parseDouble(row.get(columns.indexOf("fraction"))),
                        Double.parseDouble(row.get(columns.indexOf("scale_min"))),
                        Double.parseDouble(row.get(columns.indexOf("scale_max"))),
                        row.get(columns.indexOf("unit")));
                pictures.add(new Picture(file, Files.readAllBytes(folder.resolve(file)), Optional.of(truth)));
            }
            return pictures;
        } catch (IOException | RuntimeException e) {
            throw new StackException("cannot read the gauge model's pictures in %s: %s".formatted(folder, e), e);
        }
    }
}
