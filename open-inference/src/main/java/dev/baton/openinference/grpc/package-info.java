/** The protocol over gRPC. */
@NullMarked
package dev.baton.openinference.grpc;

import org.jspecify.annotations.NullMarked;
