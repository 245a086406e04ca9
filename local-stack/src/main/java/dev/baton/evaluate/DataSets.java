package dev.baton.evaluate;

import dev.baton.tensor.Tensor;
import dev.baton.tensor.TensorSpec;
import dev.baton.tensor.image.ImageInput;
import dev.baton.tensor.image.UnreadableImageException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** Opens data sets by what their paths name. */
public final class DataSets {

    private DataSets() {}

    /**
     * The data set at {@code path}: a folder of pictures or a CSV file that lists some, or a NumPy archive.
     *
     * @param inputs of the model that it is for
     * @param image how a picture becomes one of them, if one takes pictures
     * @param labels the name of an archive's array of labels
     * @throws BadDataSetException when there is none, or it is not for this model
     */
    public static DataSet open(Path path, List<TensorSpec> inputs, Optional<ImageInput> image, Optional<String> labels)
            throws IOException {
        String name = path.toString().toLowerCase(Locale.ROOT);
        if (!Files.exists(path)) {
            throw new BadDataSetException("no such data set: %s".formatted(path));
        }
        if (Files.isDirectory(path) || name.endsWith(".csv")) {
            if (image.isEmpty()) {
                throw new BadDataSetException(
                        "%s is a folder of pictures, but none of the inputs %s is known to take pictures: expected a NumPy archive (.npz), or a description of the model"
                                .formatted(path, inputs));
            }
            return PictureFolder.open(path);
        }
        if (name.endsWith(".npz")) {
            return ArrayArchive.open(path, inputs, image.map(ImageInput::input), labels);
        }
        throw new BadDataSetException(
                "%s is no data set: expected a folder of pictures, a .csv file that lists pictures, or a .npz file"
                        .formatted(path));
    }

    /** The model inputs that the first sample gives: a typical probe. */
    public static Map<String, Tensor> firstInputs(DataSet data, Optional<ImageInput> image) throws IOException {
        try (DataSet.Samples samples = data.samples()) {
            Sample first = samples.next()
                    .orElseThrow(() -> new BadDataSetException("%s holds no sample".formatted(data.name())));
            Map<String, Tensor> inputs = new LinkedHashMap<>(first.inputs());
            if (first.picture().isPresent() && image.isPresent()) {
                try {
                    inputs.put(
                            image.get().input(),
                            new InputPictures(image.get())
                                    .tensor(first.picture().get().encoded()));
                } catch (UnreadableImageException e) {
                    throw new BadDataSetException("%s: %s".formatted(first.name(), e.getMessage()), e);
                }
            }
            return inputs;
        }
    }
}
