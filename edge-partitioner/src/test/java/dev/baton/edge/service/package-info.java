/** The edge node as a service, over gRPC and a real broker. */
@NullMarked
package dev.baton.edge.service;

import org.jspecify.annotations.NullMarked;
