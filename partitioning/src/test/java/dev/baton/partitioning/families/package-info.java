/** Models of well-known families, generated: their graphs are as frameworks export them, their weights are one number. */
@NullMarked
package dev.baton.partitioning.families;

import org.jspecify.annotations.NullMarked;
