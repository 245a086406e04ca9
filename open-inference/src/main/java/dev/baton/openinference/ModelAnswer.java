package dev.baton.openinference;

import dev.baton.tensor.Tensor;
import java.time.Duration;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A model's answer.
 *
 * @param version that answered
 * @param outputs by name, in the order asked for, or the model's
 * @param remarks what the server says about it: texts, whole numbers and booleans by name
 */
public record ModelAnswer(
        String model, String version, Map<String, Tensor> outputs, Map<String, Object> remarks, Times times) {

    /**
     * Where the time went.
     *
     * @param queue   waiting for the model
     * @param input   making the model's inputs, of pictures for instance
     * @param compute from the inputs to the outputs
     */
    public record Times(Duration queue, Duration input, Duration compute) {}

    public ModelAnswer {
        outputs = Collections.unmodifiableMap(new LinkedHashMap<>(outputs));
        remarks = Collections.unmodifiableMap(new LinkedHashMap<>(remarks));
        remarks.forEach((name, value) -> {
            if (!(value instanceof String || value instanceof Long || value instanceof Boolean)) {
                throw new IllegalArgumentException("remark %s is %s, a %s: expected a text, a Long or a Boolean"
                        .formatted(name, value, value.getClass().getSimpleName()));
            }
        });
    }
}
