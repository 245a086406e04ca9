package dev.baton.evaluate;

import dev.baton.tensor.Tensor;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * One sample of a data set.
 *
 * @param name for messages
 * @param picture where the sample is one: its encoded bytes, from which one of the inputs is made
 * @param inputs the other model inputs, by name
 * @param labels the right classes, any of them; empty without labels
 */
record Sample(String name, Optional<Picture> picture, Map<String, Tensor> inputs, Set<Integer> labels) {
    Sample {
        inputs = Map.copyOf(inputs);
        labels = Set.copyOf(labels);
    }

    /** An encoded picture. */
    static final class Picture {
        private final byte[] encoded;
        private final boolean asGiven;

        /**
         * A picture; its bytes are not written to any more.
         *
         * @param asGiven whether these are a file's bytes, and not an encoding of an array made here
         */
        Picture(byte[] encoded, boolean asGiven) {
            this.encoded = encoded;
            this.asGiven = asGiven;
        }

        /** Not to be written to. */
        byte[] encoded() {
            return encoded;
        }

        boolean asGiven() {
            return asGiven;
        }
    }
}
