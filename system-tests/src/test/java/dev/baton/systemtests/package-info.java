/** Promises of the whole system, one class each, kept on real processes, a real broker and real models. */
@NullMarked
package dev.baton.systemtests;

import org.jspecify.annotations.NullMarked;
