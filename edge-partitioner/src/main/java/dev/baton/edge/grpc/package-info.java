/** How clients talk to the edge node: the Open Inference Protocol over gRPC. */
@NullMarked
package dev.baton.edge.grpc;

import org.jspecify.annotations.NullMarked;
