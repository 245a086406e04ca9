package dev.baton.openinference.protocol;

import dev.baton.openinference.Deadline;
import dev.baton.openinference.InferenceRequest;
import dev.baton.openinference.ModelInput;
import dev.baton.openinference.RequestRefusedException;
import dev.baton.openinference.RequestRefusedException.Reason;
import dev.baton.schemas.inference.InferParameter;
import dev.baton.schemas.inference.ModelInferRequest;
import dev.baton.schemas.inference.ModelInferRequest.InferInputTensor;
import dev.baton.schemas.inference.ModelInferRequest.InferRequestedOutputTensor;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/** Makes a request of a {@code ModelInferRequest}, or says what is wrong with it. */
final class RequestReader {

    private static final String TIMEOUT = "timeout";
    private static final String SHARED_MEMORY = "shared_memory_region";

    private RequestReader() {}

    /** The call has its own deadline; the parameter {@code timeout} may make it earlier. */
    static InferenceRequest read(ModelInferRequest message, Optional<Deadline> callDeadline, long arrivedNanos) {
        if (message.getModelName().isEmpty()) {
            throw RequestRefusedException.invalid("model_name", "model_name is empty");
        }
        try {
            return new InferenceRequest(
                    UUID.randomUUID().toString(),
                    message.getModelName(),
                    Optional.of(message.getModelVersion()).filter(version -> !version.isEmpty()),
                    inputs(message),
                    message.getOutputsList().stream()
                            .peek(output -> refuseSharedMemory(output.getName(), output.getParametersMap()))
                            .map(InferRequestedOutputTensor::getName)
                            .toList(),
                    Deadline.earlier(callDeadline, timeout(message, arrivedNanos)),
                    arrivedNanos);
        } catch (IllegalArgumentException e) {
            throw new RequestRefusedException(Reason.INVALID_INPUT, String.valueOf(e.getMessage()), e);
        }
    }

    private static Optional<Deadline> timeout(ModelInferRequest message, long arrivedNanos) {
        InferParameter parameter = message.getParametersMap().get(TIMEOUT);
        if (parameter == null) {
            return Optional.empty();
        }
        long micros =
                switch (parameter.getParameterChoiceCase()) {
                    case INT64_PARAM -> parameter.getInt64Param();
                    case UINT64_PARAM -> parameter.getUint64Param();
                    case BOOL_PARAM, STRING_PARAM, DOUBLE_PARAM, PARAMETERCHOICE_NOT_SET ->
                        throw invalidTimeout("parameter 'timeout' is not an int64; expected microseconds");
                };
        if (micros < 0) {
            throw invalidTimeout("parameter 'timeout' is %d; expected microseconds, 0 for none".formatted(micros));
        }
        return micros == 0
                ? Optional.empty()
                : Optional.of(Deadline.in(
                        Duration.of(
                                Math.min(micros, ChronoUnit.DAYS.getDuration().toMillis() * 1_000), ChronoUnit.MICROS),
                        arrivedNanos));
    }

    private static RequestRefusedException invalidTimeout(String message) {
        return RequestRefusedException.invalid("parameters.timeout", message);
    }

    private static Map<String, ModelInput> inputs(ModelInferRequest message) {
        int raw = message.getRawInputContentsCount();
        if (raw > 0 && raw != message.getInputsCount()) {
            throw RequestRefusedException.invalid(
                    "raw_input_contents",
                    "raw_input_contents has %d elements for %d inputs; expected one for each"
                            .formatted(raw, message.getInputsCount()));
        }
        Map<String, ModelInput> inputs = new LinkedHashMap<>();
        for (int i = 0; i < message.getInputsCount(); i++) {
            InferInputTensor input = message.getInputs(i);
            InputReader reader = new InputReader("inputs[%d]".formatted(i), input);
            refuseSharedMemory(input.getName(), input.getParametersMap());
            ModelInput read = raw > 0 ? reader.raw(message.getRawInputContents(i)) : reader.typed();
            if (inputs.put(input.getName(), read) != null) {
                throw reader.invalid("name", "input '%s' is given twice".formatted(input.getName()));
            }
        }
        return inputs;
    }

    private static void refuseSharedMemory(String tensor, Map<String, InferParameter> parameters) {
        if (parameters.containsKey(SHARED_MEMORY)) {
            throw new RequestRefusedException(
                    Reason.NOT_SUPPORTED,
                    "tensor '%s' is in shared memory, which this server does not share; send its contents"
                            .formatted(tensor));
        }
    }
}
