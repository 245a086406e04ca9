@NullMarked
package dev.baton.openinference.grpc;

import org.jspecify.annotations.NullMarked;
