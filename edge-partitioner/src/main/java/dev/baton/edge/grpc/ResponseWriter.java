package dev.baton.edge.grpc;

import com.google.protobuf.UnsafeByteOperations;
import dev.baton.edge.request.InferenceAnswer;
import dev.baton.edge.request.Provenance;
import dev.baton.edge.request.Stage;
import dev.baton.schemas.inference.InferParameter;
import dev.baton.schemas.inference.ModelInferResponse;
import dev.baton.schemas.inference.ModelInferResponse.InferOutputTensor;
import dev.baton.tensor.Tensor;
import java.util.Locale;

/** Makes a {@code ModelInferResponse} of an answer: outputs raw, provenance in the parameters. */
final class ResponseWriter {

    private ResponseWriter() {}

    /** {@code id} is echoed. */
    static ModelInferResponse write(InferenceAnswer answer, String id) {
        ModelInferResponse.Builder response = ModelInferResponse.newBuilder()
                .setModelName(answer.model())
                .setModelVersion(answer.version())
                .setId(id);
        answer.outputs().forEach((name, tensor) -> addOutput(response, name, tensor));
        addProvenance(response, answer.provenance());
        return response.build();
    }

    private static void addOutput(ModelInferResponse.Builder response, String name, Tensor tensor) {
        response.addOutputs(InferOutputTensor.newBuilder()
                .setName(name)
                .setDatatype(tensor.type().name())
                .addAllShape(tensor.shape().dimensions()));
        response.addRawOutputContents(UnsafeByteOperations.unsafeWrap(tensor.data()));
    }

    private static void addProvenance(ModelInferResponse.Builder response, Provenance provenance) {
        put(response, "baton_placement", provenance.placement().id());
        put(response, "baton_split_point", provenance.splitPoint());
        provenance.sentAs().ifPresent(codec -> put(response, "baton_codec", codec));
        put(response, "baton_plan_epoch", provenance.planEpoch());
        put(response, "baton_bytes_sent", provenance.bytesSent());
        put(response, "baton_completed_by", provenance.completedBy().name().toLowerCase(Locale.ROOT));
        put(response, "baton_reason", provenance.reason());
        provenance.tail().ifPresent(tail -> put(response, "baton_tail", tail));
        put(response, "baton_device", provenance.device());
        for (Stage stage : Stage.values()) {
            String name = "baton_%s_ms".formatted(stage.name().toLowerCase(Locale.ROOT));
            put(response, name, millis(provenance.times().micros(stage)));
        }
        put(response, "baton_total_ms", millis(provenance.times().totalMicros()));
        provenance.energy().ifPresent(energy -> {
            put(response, "baton_joules", joules(energy.total()));
            put(response, "baton_joules_compute", joules(energy.compute()));
            put(response, "baton_joules_transmit", joules(energy.transmit()));
            put(response, "baton_joules_wait", joules(energy.waiting()));
        });
    }

    private static String joules(double joules) {
        return String.format(Locale.ROOT, "%.6f", joules);
    }

    private static String millis(long micros) {
        return String.format(
                Locale.ROOT, "%s%d.%03d", micros < 0 ? "-" : "", Math.abs(micros) / 1_000, Math.abs(micros) % 1_000);
    }

    private static void put(ModelInferResponse.Builder response, String name, String value) {
        response.putParameters(
                name, InferParameter.newBuilder().setStringParam(value).build());
    }

    private static void put(ModelInferResponse.Builder response, String name, long value) {
        response.putParameters(
                name, InferParameter.newBuilder().setInt64Param(value).build());
    }
}
