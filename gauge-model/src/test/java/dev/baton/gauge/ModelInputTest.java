package dev.baton.gauge;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.awt.image.BufferedImage;
import org.junit.jupiter.api.Test;

class ModelInputTest {

    @Test
    void evenColourStaysAsItIs() {
        float[] input = ModelInput.resized(picture(240, 200, 0x204080));
        assertEquals(0x20, input[0], 1e-3);
        assertEquals(0x40, input[ModelInput.SIDE * ModelInput.SIDE], 1e-3);
        assertEquals(0x80, input[ModelInput.LENGTH - 1], 1e-3);
    }

    @Test
    void pixelIsTheMeanOfWhatItCovers() {
        BufferedImage picture = picture(256, 256, 0);
        picture.setRGB(2, 4, 0xff0000);
        float[] input = ModelInput.resized(picture);
        assertEquals(255 / 4f, input[2 * ModelInput.SIDE + 1], 1e-3);
    }

    @Test
    void brightnessIsKeptWhereBoxesCutPixels() {
        BufferedImage picture = picture(240, 240, 0);
        picture.setRGB(1, 1, 0xff0000);
        double sum = 0;
        for (float value : ModelInput.resized(picture)) {
            sum += value;
        }
        assertEquals(255 / (1.875 * 1.875), sum, 1e-3);
    }

    @Test
    void pictureSmallerThanTheInputIsRefused() {
        assertThrows(IllegalArgumentException.class, () -> ModelInput.resized(picture(100, 200, 0)));
    }

    private static BufferedImage picture(int width, int height, int rgb) {
        BufferedImage picture = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
        for (int y = 0; y < height; y++) {
            for (int x = 0; x < width; x++) {
                picture.setRGB(x, y, rgb);
            }
        }
        return picture;
    }
}
