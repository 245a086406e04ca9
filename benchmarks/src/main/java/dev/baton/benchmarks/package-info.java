/**
 * Figures of Baton on this machine: {@link dev.baton.benchmarks.BenchmarkMain} runs each benchmark and prints a table.
 */
@NullMarked
package dev.baton.benchmarks;

import org.jspecify.annotations.NullMarked;
