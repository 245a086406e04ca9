/** A table of requests and what a server of the Open Inference Protocol must answer: begin with {@link dev.baton.conformance.ConformanceKit#run}. */
@NullMarked
package dev.baton.conformance;

import org.jspecify.annotations.NullMarked;
