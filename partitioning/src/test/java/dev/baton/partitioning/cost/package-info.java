@NullMarked
package dev.baton.partitioning.cost;

import org.jspecify.annotations.NullMarked;
