/** What models take on a device: measured times, and a regression over operators that predicts those never measured. */
@NullMarked
package dev.baton.partitioning.profile;

import org.jspecify.annotations.NullMarked;
