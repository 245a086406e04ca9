@NullMarked
package dev.baton.profiling;

import org.jspecify.annotations.NullMarked;
