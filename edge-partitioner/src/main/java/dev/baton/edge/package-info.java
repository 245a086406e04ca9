/**
 * The edge node. {@link dev.baton.edge.request.EdgeInference#infer} is the main path; {@link dev.baton.edge.EdgeWiring}
 * shows the whole service.
 */
@NullMarked
package dev.baton.edge;

import org.jspecify.annotations.NullMarked;
