package dev.baton.tensor.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.baton.tensor.image.ImageInput.Channels;
import dev.baton.tensor.image.ImageInput.Layout;
import dev.baton.tensor.image.ImageInput.Resize;
import java.util.List;
import org.junit.jupiter.api.Test;

final class ImageInputTest {
    @Test
    void constantsAreParsedInAnyCase() {
        assertThat(Resize.parse("stretch")).isEqualTo(Resize.STRETCH);
        assertThat(Channels.parse("bgr")).isEqualTo(Channels.BGR);
        assertThat(Layout.parse("NCHW")).isEqualTo(Layout.NCHW);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Resize.parse("crop"))
                .withMessage("image.resize 'crop': expected one of [STRETCH, COVER, CONTAIN]");
    }

    @Test
    void valuesThatCannotBeAreRefused() {
        assertRefused("", 1, 1, List.of(0.0), List.of(1.0), "image.input is empty");
        assertRefused("x", 0, 1, List.of(0.0), List.of(1.0), "image.width 0");
        assertRefused("x", 1, 100_000, List.of(0.0), List.of(1.0), "image.height 100000");
        assertRefused("x", 1, 1, List.of(0.0, 1.0), List.of(1.0), "image.mean [0.0, 1.0]: expected 1 finite numbers");
        assertRefused("x", 1, 1, List.of(Double.NaN), List.of(1.0), "image.mean [NaN]");
        assertRefused("x", 1, 1, List.of(0.0), List.of(0.0), "image.std [0.0]: expected positive numbers");
    }

    private static void assertRefused(
            String input, int width, int height, List<Double> mean, List<Double> std, String why) {
        assertThatIllegalArgumentException()
                .isThrownBy(
                        () -> new ImageInput(input, width, height, Resize.COVER, Channels.GRAY, Layout.NCHW, mean, std))
                .withMessageContaining(why);
    }
}
