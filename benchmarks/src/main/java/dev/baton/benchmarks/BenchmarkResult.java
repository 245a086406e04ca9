package dev.baton.benchmarks;

import com.fasterxml.jackson.annotation.JsonIgnore;
import java.util.List;

/** What a benchmark found: a record that is written as JSON, or as lines for people. */
interface BenchmarkResult {

    @JsonIgnore
    List<String> lines();

    /** Whether what must hold did; a benchmark that only measures always does. The command fails otherwise. */
    default boolean held() {
        return true;
    }
}
