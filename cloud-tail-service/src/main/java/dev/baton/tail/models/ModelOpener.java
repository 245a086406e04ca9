package dev.baton.tail.models;

import java.io.IOException;

/** Turns a catalog entry into open, warm tails. */
@FunctionalInterface
public interface ModelOpener {

    /**
     * The model, warm.
     *
     * @throws IOException when the package cannot be had or opened; trying again later may work
     */
    TailModel open(WantedModel wanted) throws IOException, InterruptedException;
}
