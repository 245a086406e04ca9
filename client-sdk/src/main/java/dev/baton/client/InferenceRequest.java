package dev.baton.client;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;

/** What a model is asked: its inputs, and which outputs are wanted. Immutable; may be sent many times. */
public final class InferenceRequest {

    /** Set by requests of a sequence, which a server answers with what it remembers of those before. */
    private static final String SEQUENCE = "sequence_id";

    private final String model;
    private final String version;
    private final Optional<String> id;
    private final Map<String, InferenceInput> inputs;
    private final List<String> outputs;
    private final Map<String, Object> parameters;

    private InferenceRequest(Builder builder) {
        if (builder.inputs.isEmpty()) {
            throw new IllegalArgumentException("a request to model '%s' without an input".formatted(builder.model));
        }
        model = builder.model;
        version = builder.version;
        id = builder.id;
        inputs = new LinkedHashMap<>(builder.inputs);
        outputs = List.copyOf(builder.outputs);
        parameters = Map.copyOf(builder.parameters);
    }

    /**
     * {@return a request to be completed}
     *
     * @param model its name
     * @throws IllegalArgumentException when it is empty
     */
    public static Builder to(String model) {
        return new Builder(model);
    }

    /**
     * {@return a request for all outputs of the version that the server chooses}
     *
     * @param model its name
     * @param inputs each with a name of its own
     * @throws IllegalArgumentException when there is none, or two with one name
     */
    public static InferenceRequest of(String model, InferenceInput... inputs) {
        Builder request = to(model);
        for (InferenceInput input : inputs) {
            request.input(input);
        }
        return request.build();
    }

    /** {@return the model's name} */
    public String model() {
        return model;
    }

    /** {@return the model's version, empty where the server chooses} */
    public String version() {
        return version;
    }

    /** {@return the request's id, empty where each call gets one of its own} */
    public Optional<String> id() {
        return id;
    }

    /** {@return the inputs in their order} */
    public List<InferenceInput> inputs() {
        return List.copyOf(inputs.values());
    }

    /** {@return the names of the outputs wanted; none asks for all} */
    public List<String> outputs() {
        return outputs;
    }

    /** {@return what is said beside the inputs: values of type Boolean, Long, Double or String} */
    public Map<String, Object> parameters() {
        return parameters;
    }

    /**
     * Whether asking twice is as good as asking once. A model is a function of its inputs, so it is; but not where the server
     * keeps state between the requests of a sequence.
     */
    boolean isRepeatable() {
        Object sequence = parameters.get(SEQUENCE);
        return sequence == null || sequence.equals(0L) || sequence.equals("");
    }

    String idOrNew() {
        ThreadLocalRandom random = ThreadLocalRandom.current();
        return id.orElseGet(() -> "%016x%016x".formatted(random.nextLong(), random.nextLong()));
    }

    /** {@return model and inputs, without their elements} */
    @Override
    public String toString() {
        return "%s%s".formatted(model, inputs.values());
    }

    /** Collects what a request is made of. Not for several threads at once. */
    public static final class Builder {

        private final String model;
        private String version = "";
        private Optional<String> id = Optional.empty();
        private final Map<String, InferenceInput> inputs = new LinkedHashMap<>();
        private final List<String> outputs = new ArrayList<>();
        private final Map<String, Object> parameters = new LinkedHashMap<>();

        private Builder(String model) {
            if (model.isEmpty()) {
                throw new IllegalArgumentException("a request without a model's name");
            }
            this.model = model;
        }

        /**
         * Asks for one version of the model. Without it the server chooses.
         *
         * @param version as the model's metadata lists it
         * @return this
         */
        public Builder version(String version) {
            this.version = version;
            return this;
        }

        /**
         * Names the request. Without it each call gets a random id.
         *
         * @param id echoed by the server; one id is one request, so ask something else under another
         * @return this
         */
        public Builder id(String id) {
            this.id = Optional.of(id).filter(given -> !given.isEmpty());
            return this;
        }

        /**
         * Adds an input.
         *
         * @param input with a name that no other has
         * @return this
         * @throws IllegalArgumentException when one with this name was added before
         */
        public Builder input(InferenceInput input) {
            if (inputs.putIfAbsent(input.name(), input) != null) {
                throw new IllegalArgumentException("input '%s' is given twice".formatted(input.name()));
            }
            return this;
        }

        /**
         * Asks for an output. Without any, all are answered.
         *
         * @param name of the model's output
         * @return this
         */
        public Builder output(String name) {
            outputs.add(name);
            return this;
        }

        /**
         * Says something beside the inputs.
         *
         * @param name of the parameter
         * @param value its value
         * @return this
         */
        public Builder parameter(String name, String value) {
            parameters.put(name, value);
            return this;
        }

        /**
         * Says something beside the inputs.
         *
         * @param name of the parameter
         * @param value its value
         * @return this
         */
        public Builder parameter(String name, long value) {
            parameters.put(name, value);
            return this;
        }

        /**
         * Says something beside the inputs.
         *
         * @param name of the parameter
         * @param value its value
         * @return this
         */
        public Builder parameter(String name, double value) {
            parameters.put(name, value);
            return this;
        }

        /**
         * Says something beside the inputs.
         *
         * @param name of the parameter
         * @param value its value
         * @return this
         */
        public Builder parameter(String name, boolean value) {
            parameters.put(name, value);
            return this;
        }

        /**
         * {@return the request}
         *
         * @throws IllegalArgumentException when it has no input
         */
        public InferenceRequest build() {
            return new InferenceRequest(this);
        }
    }
}
