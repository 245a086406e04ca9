/** What a server of models offers to the Open Inference Protocol: begin with {@link dev.baton.openinference.ModelServer}. */
@NullMarked
package dev.baton.openinference;

import org.jspecify.annotations.NullMarked;
