/** One request from arrival to answer; {@link dev.baton.edge.request.EdgeInference#infer} is the main path. */
@NullMarked
package dev.baton.edge.request;

import org.jspecify.annotations.NullMarked;
