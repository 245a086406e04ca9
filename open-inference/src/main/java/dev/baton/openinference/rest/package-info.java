/** The protocol over HTTP, with JSON and with Triton's binary tensors. */
@NullMarked
package dev.baton.openinference.rest;

import org.jspecify.annotations.NullMarked;
