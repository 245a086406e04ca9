package dev.baton.schemas;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FileDescriptor;
import dev.baton.schemas.inference.GrpcService;
import dev.baton.schemas.inference.ModelConfigOuterClass;
import dev.baton.schemas.records.BatonRecords;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * No field number is ever reused or retyped: every line of the committed baseline still holds, or its number is
 * reserved. Lines are only added; {@code -Dbaton.baseline.update=true} adds the new ones.
 */
final class BaselineTest {
    private static final Path BASELINES = Path.of("baseline");

    static Stream<Arguments> schemas() {
        return Stream.of(
                Arguments.of("baton_records.txt", BatonRecords.getDescriptor()),
                Arguments.of("grpc_service.txt", GrpcService.getDescriptor()),
                Arguments.of("model_config.txt", ModelConfigOuterClass.getDescriptor()));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("schemas")
    void everyLineOfTheBaselineStillHoldsOrIsReserved(String baseline, FileDescriptor schema) throws IOException {
        List<String> current = SchemaLines.of(schema);

        assertThat(baselineLines(baseline, current))
                .allSatisfy(line -> assertThat(current.contains(line) || isReserved(schema, line))
                        .as("the baseline's line '%s' neither holds in the schema nor is its number reserved", line)
                        .isTrue());
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("schemas")
    void everyFieldIsInTheBaseline(String baseline, FileDescriptor schema) throws IOException {
        List<String> current = SchemaLines.of(schema);

        assertThat(baselineLines(baseline, current))
                .as("add new fields to schemas/baseline with -Dbaton.baseline.update=true")
                .containsAll(current);
    }

    private static List<String> baselineLines(String baseline, List<String> current) throws IOException {
        Path file = BASELINES.resolve(baseline);
        List<String> lines = new ArrayList<>(Files.exists(file) ? Files.readAllLines(file) : List.of());
        if (Boolean.getBoolean("baton.baseline.update")) {
            current.stream().filter(line -> !lines.contains(line)).forEach(lines::add);
            Files.createDirectories(BASELINES);
            Files.write(file, lines);
        }
        assertThat(lines).as("baseline %s", file).isNotEmpty();
        return lines;
    }

    /** Whether {@code line}, such as {@code Message 3 name string}, was given up and its number reserved. */
    private static boolean isReserved(FileDescriptor schema, String line) {
        String[] words = line.split(" ");
        if (words.length < 3 || words[0].equals("rpc") || words[0].equals("enum")) {
            return false;
        }
        Descriptor message = schema.findMessageTypeByName(words[0]);
        return message != null && message.isReservedNumber(Integer.parseInt(words[1]));
    }
}
