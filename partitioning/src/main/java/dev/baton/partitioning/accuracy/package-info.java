/**
 * What dividing a model with a codec does to its answers, measured on a data set. Begin with {@link
 * dev.baton.partitioning.accuracy.AccuracyProfile}.
 */
@NullMarked
package dev.baton.partitioning.accuracy;

import org.jspecify.annotations.NullMarked;
