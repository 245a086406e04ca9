/** Holds the wire contract against its committed baseline and against the public protocol. */
@NullMarked
package dev.baton.schemas;

import org.jspecify.annotations.NullMarked;
