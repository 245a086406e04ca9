package dev.baton.evaluate;

import java.io.IOException;
import java.util.Optional;

/**
 * Samples with or without labels, gone through one after another and as often as wanted; one sample is in memory. What is wrong
 * with a data set is said as {@link BadDataSetException}.
 */
public sealed interface DataSet extends AutoCloseable permits PictureFolder, ArrayArchive {

    /** For people. */
    String name();

    long size();

    boolean isLabelled();

    /** Whether samples are pictures. */
    boolean hasPictures();

    /** Of every byte that samples are made of, in hexadecimal. */
    String sha256() throws IOException;

    /** Starts at the first sample. */
    Samples samples() throws IOException;

    @Override
    void close() throws IOException;

    /** Goes through a data set once. */
    interface Samples extends AutoCloseable {

        /** The sample after the last; empty at the end. */
        Optional<Sample> next() throws IOException;

        @Override
        void close() throws IOException;
    }
}
