/** Measures what models take on this machine. {@link dev.baton.profiling.PackageProfiler#profile} is the main path. */
@NullMarked
package dev.baton.profiling;

import org.jspecify.annotations.NullMarked;
