package dev.baton.gauge;

import java.awt.image.BufferedImage;

/** A picture of a gauge together with what it shows. */
public record GaugePicture(BufferedImage image, GaugeTruth truth) {}
