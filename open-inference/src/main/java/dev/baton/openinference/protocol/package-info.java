/** The protocol's messages and rules, whatever carries them: begin with {@link dev.baton.openinference.protocol.OpenInference#infer}. */
@NullMarked
package dev.baton.openinference.protocol;

import org.jspecify.annotations.NullMarked;
