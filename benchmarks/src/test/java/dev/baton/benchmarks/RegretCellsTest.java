package dev.baton.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

class RegretCellsTest {

    @Test
    void committedListIsWhatTheSeedGives() throws IOException {
        assertThat(RegretCells.committed()).isEqualTo(RegretCells.generate(RegretCells.SEED));
    }

    @Test
    void everyPairOfSettingsOccurs() throws IOException {
        List<RegretCell> cells = RegretCells.committed();
        assertThat(cells).hasSize(81).doesNotHaveDuplicates();
        assertThat(occurring(cells, cell -> List.of(cell.model(), cell.uplinkMegabits())))
                .hasSize(6 * 9);
        assertThat(occurring(cells, cell -> List.of(cell.model(), cell.rttMillis(), cell.slowdown())))
                .hasSize(6 * 3 * 3);
        assertThat(occurring(cells, cell -> List.of(cell.uplinkMegabits(), cell.rttMillis(), cell.slowdown())))
                .hasSize(9 * 3 * 3);
    }

    @Test
    void modelsOccurAboutEquallyOften() throws IOException {
        assertThat(occurring(RegretCells.committed(), RegretCell::model).values())
                .allSatisfy(count -> assertThat(count).isBetween(12, 15));
    }

    @Test
    void quickCellsHoldEveryModelAndBothExtremes() throws IOException {
        List<RegretCell> quick =
                RegretCells.committed().stream().filter(RegretCell::quick).toList();
        assertThat(quick).hasSize(6);
        assertThat(occurring(quick, RegretCell::model)).hasSize(6);
        assertThat(occurring(quick, RegretCell::uplinkMegabits)).hasSize(6).containsKeys(0.5, 300.0);
        assertThat(occurring(quick, RegretCell::rttMillis).values()).containsExactlyInAnyOrder(2, 2, 2);
        assertThat(occurring(quick, RegretCell::slowdown).values()).containsExactlyInAnyOrder(2, 2, 2);
    }

    private static <K> Map<K, Integer> occurring(List<RegretCell> cells, Function<RegretCell, K> key) {
        Map<K, Integer> counts = new HashMap<>();
        cells.forEach(cell -> counts.merge(key.apply(cell), 1, Integer::sum));
        return counts;
    }
}
