package dev.baton.openinference.protocol;

import dev.baton.openinference.Claim;
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
    private static final String PRIORITY = "priority";
    private static final String TENANT = "tenant";
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
                    arrivedNanos,
                    claim(message));
        } catch (IllegalArgumentException e) {
            throw new RequestRefusedException(Reason.INVALID_INPUT, String.valueOf(e.getMessage()), e);
        }
    }

    private static Optional<Deadline> timeout(ModelInferRequest message, long arrivedNanos) {
        long micros = whole(message, TIMEOUT, "microseconds");
        if (micros < 0) {
            throw invalid(TIMEOUT, "parameter 'timeout' is %d; expected microseconds, 0 for none".formatted(micros));
        }
        return micros == 0
                ? Optional.empty()
                : Optional.of(Deadline.in(
                        Duration.of(
                                Math.min(micros, ChronoUnit.DAYS.getDuration().toMillis() * 1_000), ChronoUnit.MICROS),
                        arrivedNanos));
    }

    private static Claim claim(ModelInferRequest message) {
        long priority = whole(message, PRIORITY, "a level, 1 for the highest");
        if (priority < 0 || priority > Integer.MAX_VALUE) {
            throw invalid(
                    PRIORITY,
                    "parameter 'priority' is %s; expected a level, 1 for the highest, 0 for the default"
                            .formatted(Long.toUnsignedString(priority)));
        }
        InferParameter tenant = message.getParametersMap().get(TENANT);
        if (tenant == null) {
            return new Claim((int) priority, "");
        }
        if (!tenant.hasStringParam()) {
            throw invalid(TENANT, "parameter 'tenant' is not a string; expected a name");
        }
        try {
            return new Claim((int) priority, tenant.getStringParam());
        } catch (IllegalArgumentException e) {
            throw invalid(TENANT, "parameter 'tenant': " + e.getMessage());
        }
    }

    /** 0 where the parameter is absent. */
    private static long whole(ModelInferRequest message, String name, String expected) {
        InferParameter parameter = message.getParametersMap().get(name);
        if (parameter == null) {
            return 0;
        }
        return switch (parameter.getParameterChoiceCase()) {
            case INT64_PARAM -> parameter.getInt64Param();
            case UINT64_PARAM -> parameter.getUint64Param();
            case BOOL_PARAM, STRING_PARAM, DOUBLE_PARAM, PARAMETERCHOICE_NOT_SET ->
                throw invalid(name, "parameter '%s' is not an int64; expected %s".formatted(name, expected));
        };
    }

    private static RequestRefusedException invalid(String parameter, String message) {
        return RequestRefusedException.invalid("parameters." + parameter, message);
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
