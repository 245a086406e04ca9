package dev.baton.systemtests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.baton.clients.Answer;
import dev.baton.clients.EdgeClient;
import dev.baton.clients.ModelView;
import dev.baton.tensor.Tensor;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Where a request runs does not change its answer. */
@ExtendWith(StackUnderTest.Extension.class)
final class PlacementsAgreeTest {
    private static final List<Path> PICTURES = StackUnderTest.pictures(5);

    @Test
    void everySplitPointAndCloudOnlyAnswerAsEdgeOnly(StackUnderTest stack) {
        try (EdgeClient edge = stack.edge()) {
            stack.pin(edge, "edge-only", "raw");
            List<Answer> whole = answers(edge);
            assertThat(whole).allSatisfy(answer -> {
                assertThat(answer.provenance().placement()).isEqualTo("edge-only");
                assertThat(answer.provenance().completedBy()).isEqualTo("edge");
                assertThat(answer.provenance().bytesSent()).isZero();
            });

            for (String placement : dividedPlacements(stack.model())) {
                stack.pin(edge, placement, "raw");
                List<Answer> divided = answers(edge);

                for (int i = 0; i < PICTURES.size(); i++) {
                    Answer answer = divided.get(i);
                    assertThat(answer.provenance().placement()).isEqualTo(placement);
                    assertThat(answer.provenance().completedBy()).isEqualTo("cloud");
                    assertThat(answer.provenance().bytesSent()).isPositive();
                    Tensor expected = reading(whole.get(i));
                    // The services let the engine choose layouts, which may change the last bits.
                    assertThat(reading(answer).maxAbsoluteDifference(expected))
                            .as("%s, %s", placement, PICTURES.get(i))
                            .isLessThanOrEqualTo(1e-4 * Math.abs(expected.toFloats()[0]) + 1e-7);
                }
            }
            stack.unpin();
        }
    }

    @Test
    void stageTimesAddUpToTheTotal(StackUnderTest stack) {
        try (EdgeClient edge = stack.edge()) {
            for (String placement : List.of("edge-only", "cloud-only", "split:2")) {
                stack.pin(edge, placement, "int8+zstd");
                for (Answer answer : answers(edge)) {
                    double sum = answer.provenance().stageMillis().values().stream()
                            .mapToDouble(Double::doubleValue)
                            .sum();
                    // Ten stages, each rounded to a microsecond.
                    assertThat(sum).isCloseTo(answer.provenance().totalMillis(), within(0.0101));
                }
            }
            stack.unpin();
        }
    }

    private static List<String> dividedPlacements(ModelView model) {
        List<String> placements = new ArrayList<>(List.of("cloud-only"));
        model.between().forEach(point -> placements.add("split:" + point.index()));
        return placements;
    }

    private static Tensor reading(Answer answer) {
        return Objects.requireNonNull(answer.outputs().get("reading"), "output 'reading'");
    }

    private static List<Answer> answers(EdgeClient edge) {
        return PICTURES.stream()
                .map(picture -> edge.infer(StackUnderTest.MODEL, "image", StackUnderTest.read(picture)))
                .toList();
    }
}
