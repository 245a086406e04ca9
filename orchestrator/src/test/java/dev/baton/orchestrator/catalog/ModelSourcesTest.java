package dev.baton.orchestrator.catalog;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.StringStringEntryProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import dev.baton.partitioning.divide.ModelDescription;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class ModelSourcesTest {
    @TempDir
    @SuppressWarnings("NullAway.Init")
    private Path directory;

    private ModelImport given(List<String> named, List<String> given) throws IOException {
        GraphProto.Builder graph = GraphProto.newBuilder();
        for (String location : named) {
            graph.addInitializer(TensorProto.newBuilder()
                    .setDataLocation(TensorProto.DataLocation.EXTERNAL)
                    .addExternalData(StringStringEntryProto.newBuilder()
                            .setKey("location")
                            .setValue(location)));
        }
        Path onnx = Files.write(
                directory.resolve("upload"),
                ModelProto.newBuilder().setGraph(graph).build().toByteArray());
        List<DataFile> data = new ArrayList<>();
        for (String location : given) {
            data.add(new DataFile(location, Files.writeString(directory.resolve("upload" + data.size()), location)));
        }
        return new ModelImport("m", onnx, data, ModelDescription.none(), Optional.empty());
    }

    private void isRefused(ModelImport request, String part, String message) {
        Path place = directory.resolve("place");
        assertThatThrownBy(() -> ModelSources.of(request).layOut(place))
                .isInstanceOfSatisfying(ModelRefusedException.class, refused -> assertThat(refused.part())
                        .isEqualTo(part))
                .hasMessageContaining(message);
        assertThat(place).doesNotExist();
    }

    @Test
    void filesLieAsTheModelNamesThem() throws Exception {
        List<String> names = List.of("a.data", "deep/er/a b.data", "./c", "deep//d");
        ModelImport request = given(names, names);

        Path model = ModelSources.of(request).layOut(directory.resolve("place"));

        assertThat(model).hasSameBinaryContentAs(request.onnx());
        for (String name : names) {
            assertThat(model.resolveSibling(name)).hasContent(name);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                ".",
                "..",
                "/",
                "/etc/passwd",
                "../upload",
                "a/../../upload",
                "a/..",
                "a/",
                "a\0b",
                "a\nb",
                "..\\upload",
                "C:\\x"
            })
    void namesThatCouldLeadElsewhereAreRefusedOnBothSides(String name) throws IOException {
        isRefused(given(List.of("a"), List.of(name)), "data", "expected a path relative to the model");
        isRefused(given(List.of(name), List.of()), "model", "expected a path relative to the model");
    }

    @Test
    void namesThatNoDiskTakesAreRefused() throws IOException {
        isRefused(given(List.of(), List.of("x".repeat(256))), "data", "too long a name");
        isRefused(given(List.of(), List.of("x/".repeat(600) + "x")), "data", "too long a name");
        isRefused(given(List.of(), List.of("a", "a/b")), "data", "'a' is the directory of data file 'a/b'");
    }

    @Test
    void repeatedFilesAndTheModelItselfAreRefused() throws IOException {
        isRefused(given(List.of("a"), List.of("a", "./a")), "data", "'a' was given more than once");
        isRefused(given(List.of("a"), List.of("a", "upload")), "data", "'upload' is named like the model");
        isRefused(given(List.of("a"), Collections.nCopies(901, "a")), "data", "at most 900 are taken");
    }

    @Test
    void missingAndUnknownFilesAreNamed() throws IOException {
        isRefused(
                given(List.of("a", "b", "c"), List.of("b")),
                "data",
                "the model has external data in 'a', 'c', but no part \"data\" has such a file name; given: 'b'");
        isRefused(given(List.of("a"), List.of("a", "b")), "data", "no external data in 'b'; expected: 'a'");
        isRefused(given(List.of(), List.of("b")), "data", "no external data in 'b'; expected: none");
    }
}
