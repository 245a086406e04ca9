package dev.baton.conformance;

import dev.baton.schemas.inference.InferParameter;
import dev.baton.schemas.inference.ModelInferRequest;
import dev.baton.schemas.inference.ModelInferRequest.InferInputTensor;
import dev.baton.schemas.inference.ModelInferRequest.InferRequestedOutputTensor;
import io.grpc.Status.Code;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;

/**
 * A wrong request for inference, over any carrier.
 *
 * @param change  makes a good request wrong
 * @param code    of the refusal
 * @param reason  in {@code google.rpc.ErrorInfo}
 * @param message what it must name
 */
record InferRow(String name, Consumer<ModelInferRequest.Builder> change, Code code, String reason, String message) {

    private static final String INVALID = "INVALID_INPUT";

    /** All that can be said over gRPC and REST alike. */
    static List<InferRow> everywhere(Sample sample, Set<String> notReadyModels) {
        String input = sample.input().getName();
        int bytes = sample.request().getRawInputContents(0).size();
        List<InferRow> rows = new ArrayList<>(List.of(
                row(
                        "an unknown model",
                        r -> r.setModelName("no-such-model"),
                        Code.NOT_FOUND,
                        "UNKNOWN_MODEL",
                        "no-such-model"),
                row(
                        "an unknown version",
                        r -> r.setModelVersion("no-such-version"),
                        Code.NOT_FOUND,
                        "UNKNOWN_MODEL",
                        "no-such-version"),
                invalid("an unknown input", r -> r.getInputsBuilder(0).setName("no-such-input"), "no-such-input"),
                invalid("a missing input", r -> r.clearInputs().clearRawInputContents(), input),
                invalid(
                        "an input given twice",
                        r -> r.addInputs(r.getInputs(0)).addRawInputContents(r.getRawInputContents(0)),
                        input),
                invalid("an unknown datatype", r -> r.getInputsBuilder(0).setDatatype("FP7"), "FP7"),
                invalid("another datatype of the same size", r -> setDatatype(r, other(sample)), other(sample)),
                invalid("a shape of another rank", r -> r.getInputsBuilder(0).addShape(1), "1]"),
                invalid("a dimension below -1", r -> r.getInputsBuilder(0).setShape(0, -7), "-7"),
                invalid(
                        "a variable dimension in a request",
                        r -> r.getInputsBuilder(0).setShape(0, -1),
                        "-1"),
                invalid("a huge shape", r -> r.getInputsBuilder(0).setShape(0, 1L << 62), Long.toString(1L << 62)),
                invalid("contents that are too short", r -> shorten(r), Integer.toString(bytes - 1)),
                invalid("contents that are too long", r -> lengthen(r), Integer.toString(bytes + 1)),
                invalid("an unknown output", r -> output(r, "no-such-output"), "no-such-output"),
                invalid("a timeout that is no number", r -> r.putParameters("timeout", text("soon")), "timeout"),
                invalid("a negative timeout", r -> r.putParameters("timeout", number(-1)), "-1"),
                row(
                        "a timeout that has passed",
                        r -> r.putParameters("timeout", number(1)),
                        Code.DEADLINE_EXCEEDED,
                        "DEADLINE_PASSED",
                        "deadline"),
                row(
                        "an input in shared memory",
                        r -> r.getInputsBuilder(0).putParameters("shared_memory_region", text("region")),
                        Code.UNIMPLEMENTED,
                        "NOT_SUPPORTED",
                        "shared memory"),
                invalid("a classification of none", r -> classify(r, sample, 0), "classification")));
        notReadyModels.forEach(model -> rows.add(
                row("a model that is not ready", r -> r.setModelName(model), Code.UNAVAILABLE, "NOT_READY", model)));
        return rows;
    }

    static InferRow invalid(String name, Consumer<ModelInferRequest.Builder> change, String message) {
        return row(name, change, Code.INVALID_ARGUMENT, INVALID, message);
    }

    private static InferRow row(
            String name, Consumer<ModelInferRequest.Builder> change, Code code, String reason, String message) {
        return new InferRow(name, change, code, reason, message);
    }

    private static String other(Sample sample) {
        return switch (Sample.bytes(sample.input().getDatatype())) {
            case 1 -> sample.input().getDatatype().equals("INT8") ? "UINT8" : "INT8";
            case 2 -> sample.input().getDatatype().equals("INT16") ? "UINT16" : "INT16";
            case 8 -> sample.input().getDatatype().equals("INT64") ? "UINT64" : "INT64";
            default -> sample.input().getDatatype().equals("INT32") ? "UINT32" : "INT32";
        };
    }

    private static void setDatatype(ModelInferRequest.Builder request, String datatype) {
        request.getInputsBuilder(0).setDatatype(datatype);
    }

    private static void shorten(ModelInferRequest.Builder request) {
        request.setRawInputContents(0, request.getRawInputContents(0).substring(1));
    }

    private static void lengthen(ModelInferRequest.Builder request) {
        request.setRawInputContents(
                0, request.getRawInputContents(0).concat(com.google.protobuf.ByteString.copyFrom(new byte[1])));
    }

    private static void output(ModelInferRequest.Builder request, String name) {
        request.addOutputs(InferRequestedOutputTensor.newBuilder().setName(name));
    }

    static void classify(ModelInferRequest.Builder request, Sample sample, long count) {
        request.addOutputs(InferRequestedOutputTensor.newBuilder()
                .setName(sample.output().getName())
                .putParameters("classification", number(count)));
    }

    static InferParameter number(long value) {
        return InferParameter.newBuilder().setInt64Param(value).build();
    }

    static InferParameter text(String value) {
        return InferParameter.newBuilder().setStringParam(value).build();
    }

    /** Rows that only gRPC can say, as REST's contents have one form. */
    static List<InferRow> overGrpcOnly(Sample sample) {
        String input = sample.input().getName();
        return List.of(
                invalid("no model name", ModelInferRequest.Builder::clearModelName, "model_name"),
                invalid(
                        "more raw contents than inputs",
                        r -> r.addRawInputContents(r.getRawInputContents(0)),
                        "raw_input_contents"),
                invalid(
                        "raw and typed contents together",
                        r -> inputOf(r).getContentsBuilder().addFp32Contents(1),
                        input),
                invalid("neither raw nor typed contents", ModelInferRequest.Builder::clearRawInputContents, input),
                invalid(
                        "typed contents of another number",
                        r -> inputOf(r.clearRawInputContents())
                                .getContentsBuilder()
                                .addFp32Contents(1)
                                .addBoolContents(true),
                        input));
    }

    private static InferInputTensor.Builder inputOf(ModelInferRequest.Builder request) {
        return request.getInputsBuilder(0);
    }
}
