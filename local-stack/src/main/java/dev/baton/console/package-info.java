/** How the tool speaks: lines, tables, progress, JSON, and failures with exit codes. */
@NullMarked
package dev.baton.console;

import org.jspecify.annotations.NullMarked;
