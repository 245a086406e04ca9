package dev.baton.demo;

import dev.baton.clients.EdgeClient;
import dev.baton.clients.ServiceRefusedException;
import dev.baton.clients.ServiceUnreachableException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Sends pictures to the edge node, one after another, and keeps what came of every one. */
final class EdgeRequests {

    private final EdgeClient edge;
    private final String model;
    private final String input;
    private final List<Picture> pictures;
    private final List<Sample> all = new ArrayList<>();
    private int next;

    EdgeRequests(EdgeClient edge, String model, String input, List<Picture> pictures) {
        this.edge = edge;
        this.model = model;
        this.input = input;
        this.pictures = pictures;
    }

    /** The next picture, over and over. */
    Sample send() {
        int picture = next;
        next = (next + 1) % pictures.size();
        Sample sample = send(picture);
        all.add(sample);
        return sample;
    }

    private Sample send(int picture) {
        long start = System.nanoTime();
        try {
            return new Sample(
                    picture,
                    start,
                    Optional.of(edge.infer(model, input, pictures.get(picture).encoded())),
                    "");
        } catch (ServiceRefusedException | ServiceUnreachableException e) {
            return new Sample(picture, start, Optional.empty(), String.valueOf(e.getMessage()));
        }
    }

    /** The next picture sent is the first one. */
    void startOver() {
        next = 0;
    }

    /** What was sent until now does not count: the model was still being loaded. */
    void forget() {
        all.clear();
    }

    /** Every request that counts. */
    List<Sample> all() {
        return List.copyOf(all);
    }
}
