package dev.baton.partitioning.probe;

import dev.baton.tensor.Tensor;
import dev.baton.tensor.TensorSpec;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * Runs ONNX files for the divider: the port behind which the caller puts its inference engine.
 *
 * <p>An implementation may keep sessions of the files it ran last: a file's contents never change once it was given here.
 * A failure of the engine is thrown as a {@link GraphRunException}.
 */
public interface GraphRunner {
    /** Every output of the file, by name and in the file's order, for the given inputs. */
    Map<String, Tensor> run(Path onnxFile, Map<String, Tensor> inputs, Optimization level);

    /** The inputs that the file wants. */
    List<TensorSpec> inputs(Path onnxFile);

    /** The outputs that the file gives, with the shapes the engine inferred; opened without optimisation. */
    List<TensorSpec> outputs(Path onnxFile);

    /** How far the engine may rewrite the graph. */
    enum Optimization {
        /** The graph as written. */
        NONE,
        /** Constant folding and fusions that leave every bit of the result as it was. */
        EXTENDED,
        /** Also the changes of memory layout that alter the last bits. */
        ALL
    }
}
