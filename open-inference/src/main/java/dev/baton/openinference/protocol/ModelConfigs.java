package dev.baton.openinference.protocol;

import dev.baton.openinference.ModelDescription;
import dev.baton.schemas.inference.DataType;
import dev.baton.schemas.inference.ModelConfig;
import dev.baton.schemas.inference.ModelInput;
import dev.baton.schemas.inference.ModelOutput;
import dev.baton.schemas.inference.ModelTransactionPolicy;
import dev.baton.schemas.inference.ModelVersionPolicy;
import dev.baton.tensor.ElementType;

/** A model's description as Triton's {@code ModelConfig}. */
final class ModelConfigs {

    /** Triton's name for a model in ONNX's format. */
    static final String PLATFORM = "onnxruntime_onnx";

    private ModelConfigs() {}

    /** Without {@code max_batch_size}: shapes are complete, a batch dimension is one of theirs. */
    static ModelConfig of(ModelDescription model) {
        ModelConfig.Builder config = ModelConfig.newBuilder()
                .setName(model.name())
                .setPlatform(PLATFORM)
                .setBackend("onnxruntime")
                .setVersionPolicy(ModelVersionPolicy.newBuilder()
                        .setLatest(ModelVersionPolicy.Latest.newBuilder().setNumVersions(1)))
                .setModelTransactionPolicy(ModelTransactionPolicy.getDefaultInstance());
        model.inputs()
                .forEach(input -> config.addInput(ModelInput.newBuilder()
                        .setName(input.name())
                        .setDataType(dataType(input.type()))
                        .addAllDims(input.shape().dimensions())));
        model.outputs()
                .forEach(output -> config.addOutput(ModelOutput.newBuilder()
                        .setName(output.name())
                        .setDataType(dataType(output.type()))
                        .addAllDims(output.shape().dimensions())));
        return config.build();
    }

    private static DataType dataType(ElementType type) {
        return DataType.valueOf("TYPE_" + type.name());
    }
}
