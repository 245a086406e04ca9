/** The {@code ./baton} tool: one class per command. {@link dev.baton.cli.Baton#run} is the main path. */
@NullMarked
package dev.baton.cli;

import org.jspecify.annotations.NullMarked;
