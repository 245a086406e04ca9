/** How clients talk to this tail directly, over gRPC and HTTP. */
@NullMarked
package dev.baton.tail.serving;

import org.jspecify.annotations.NullMarked;
