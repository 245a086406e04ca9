package dev.baton.models;

import dev.baton.tensor.image.ImageInput;
import dev.baton.tensor.image.ImageInput.Channels;
import dev.baton.tensor.image.ImageInput.Layout;
import dev.baton.tensor.image.ImageInput.Resize;
import java.util.Collections;
import java.util.List;
import java.util.Optional;

/** What the command line says about how a picture becomes a model's input; the rest comes from a description or a guess. */
public record ImageFlags(
        Optional<String> input,
        Optional<Size> size,
        Optional<Resize> resize,
        Optional<Channels> channels,
        Optional<Layout> layout,
        Optional<List<Double>> mean,
        Optional<List<Double>> std) {

    public static final ImageFlags NONE = new ImageFlags(
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty());

    /** In pixels. */
    public record Size(int width, int height) {

        /** Reads {@code 224x160}, width first. */
        public static Size parse(String text) {
            if (!text.matches("\\d{1,5}x\\d{1,5}")) {
                throw new IllegalArgumentException("size '%s': expected WIDTHxHEIGHT, such as 224x224".formatted(text));
            }
            int x = text.indexOf('x');
            return new Size(Integer.parseInt(text.substring(0, x)), Integer.parseInt(text.substring(x + 1)));
        }
    }

    /** {@code base} with what was said instead. A new number of channels brings mean 0 and deviation 1, unless they are said. */
    public ImageInput over(ImageInput base) {
        Channels newChannels = channels.orElse(base.channels());
        boolean otherCount = newChannels.count() != base.channels().count();
        return new ImageInput(
                input.orElse(base.input()),
                size.map(Size::width).orElse(base.width()),
                size.map(Size::height).orElse(base.height()),
                resize.orElse(base.resize()),
                newChannels,
                layout.orElse(base.layout()),
                mean.orElse(otherCount ? Collections.nCopies(newChannels.count(), 0.0) : base.mean()),
                std.orElse(otherCount ? Collections.nCopies(newChannels.count(), 1.0) : base.std()));
    }

    public boolean isEmpty() {
        return equals(NONE);
    }

    /** Whether nothing is left to guess but how the picture is fitted. */
    public boolean isComplete() {
        return channels.isPresent() && mean.isPresent() && std.isPresent();
    }
}
