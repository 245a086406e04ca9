package dev.baton.orchestrator.catalog;

import dev.baton.partitioning.divide.ModelDescription;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * A model to take into the catalog.
 *
 * @param name it is served under
 * @param onnx the ONNX file, which the caller keeps and removes
 * @param data the files of external data that the ONNX file names, all of them and no others
 * @param description what its JSON says beyond the file
 * @param sample an encoded picture to probe with and to keep in the package
 */
public record ModelImport(
        String name, Path onnx, List<DataFile> data, ModelDescription description, Optional<byte[]> sample) {
    public ModelImport {
        data = List.copyOf(data);
    }
}
