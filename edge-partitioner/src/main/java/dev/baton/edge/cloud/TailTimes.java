package dev.baton.edge.cloud;

import java.time.Duration;

/** Where the time went inside the tail, by the tail's own clock. */
public record TailTimes(Duration queue, Duration decode, Duration run, Duration encode) {

    public Duration total() {
        return queue.plus(decode).plus(run).plus(encode);
    }
}
