@NullMarked
package dev.baton.partitioning.accuracy;

import org.jspecify.annotations.NullMarked;
