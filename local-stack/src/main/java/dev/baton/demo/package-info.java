/** The demo: one model, several placements, a link that changes. {@link dev.baton.demo.Demo#run} is the main path. */
@NullMarked
package dev.baton.demo;

import org.jspecify.annotations.NullMarked;
