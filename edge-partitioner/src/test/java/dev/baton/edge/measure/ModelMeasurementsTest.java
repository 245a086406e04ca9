package dev.baton.edge.measure;

import static org.assertj.core.api.Assertions.assertThat;

import dev.baton.edge.measure.ModelMeasurements.EncodingKey;
import dev.baton.edge.measure.ModelMeasurements.EncodingTimes;
import dev.baton.edge.measure.ModelMeasurements.HeadTimes;
import dev.baton.edge.measure.ModelMeasurements.Window;
import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

class ModelMeasurementsTest {

    private static final Duration MILLISECOND = Duration.ofMillis(1);

    private final ModelMeasurements measurements = new ModelMeasurements(System::nanoTime);

    @Test
    void windowTellsWhatIsNew() {
        measurements.head(1, MILLISECOND);
        measurements.encode(1, "raw", MILLISECOND, 10);
        assertThat(measurements.window().heads())
                .extracting(HeadTimes::splitPoint)
                .containsExactly(1);

        measurements.head(2, MILLISECOND);
        measurements.encode(2, "int8", MILLISECOND, 10);
        Window second = measurements.window();
        assertThat(second.heads()).extracting(HeadTimes::splitPoint).contains(2);
        assertThat(second.encodings()).extracting(EncodingTimes::key).contains(new EncodingKey(2, "int8"));
    }

    @Test
    void whatIsNotNewIsRepeatedInTurn() {
        for (int splitPoint = 0; splitPoint < 60; splitPoint++) {
            measurements.head(splitPoint, MILLISECOND);
            measurements.encode(splitPoint, "raw", MILLISECOND, 10);
        }
        measurements.window();
        Set<Integer> heads = new HashSet<>();
        Set<EncodingKey> encodings = new HashSet<>();
        for (int window = 0; window < 30; window++) {
            Window told = measurements.window();
            assertThat(told.heads()).hasSize(2);
            assertThat(told.encodings()).hasSizeLessThan(10);
            told.heads().forEach(head -> heads.add(head.splitPoint()));
            told.encodings().forEach(encoding -> encodings.add(encoding.key()));
        }
        assertThat(heads).hasSize(60);
        assertThat(encodings).hasSize(60);
    }
}
