package dev.baton.cli;

import dev.baton.console.CommandFailure;
import dev.baton.models.NpyFile;
import dev.baton.models.NpzFile;
import dev.baton.tensor.Tensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Files that a command line names. */
final class InputFiles {

    /** A probe input of more bytes is a mistake. */
    private static final long MAX_TENSOR_BYTES = 1L << 30;

    private InputFiles() {}

    /** @throws CommandFailure naming the file and what it should have been */
    static Path requireReadable(Path file, String what) {
        if (!Files.exists(file)) {
            throw CommandFailure.environment("no such %s: %s".formatted(what, file));
        }
        if (!Files.isRegularFile(file) || !Files.isReadable(file)) {
            throw CommandFailure.environment("%s is no %s that can be read".formatted(file, what));
        }
        return file;
    }

    static byte[] read(Path file, String what) {
        try {
            return Files.readAllBytes(requireReadable(file, what));
        } catch (IOException e) {
            throw CommandFailure.environment("cannot read %s: %s".formatted(file, e.getMessage()), e);
        }
    }

    /** Whether a file's name says that it is an encoded picture. */
    static boolean isPicture(Path file) {
        return String.valueOf(file.getFileName()).toLowerCase(Locale.ROOT).matches(".*\\.(jpe?g|png)");
    }

    /** Tensors from .npy and .npz files, by the name of the input: an archive's array of that name, or its only one. */
    static Map<String, Tensor> tensors(Map<String, Path> files) {
        Map<String, Tensor> tensors = new LinkedHashMap<>();
        files.forEach((name, file) -> {
            try {
                tensors.put(name, tensor(name, requireReadable(file, "tensor file")));
            } catch (IOException | IllegalArgumentException e) {
                throw CommandFailure.environment("input %s: %s".formatted(name, e.getMessage()), e);
            }
        });
        return tensors;
    }

    private static Tensor tensor(String name, Path file) throws IOException {
        if (!String.valueOf(file.getFileName()).toLowerCase(Locale.ROOT).endsWith(".npz")) {
            return NpyFile.read(file);
        }
        try (NpzFile archive = NpzFile.open(file)) {
            List<String> names = archive.names();
            if (!names.contains(name) && names.size() != 1) {
                throw new IllegalArgumentException(
                        "%s holds no array '%s', and more than one: %s".formatted(file, name, names));
            }
            return archive.read(names.contains(name) ? name : names.getFirst(), MAX_TENSOR_BYTES);
        }
    }
}
