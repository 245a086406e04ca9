/** How clients talk to the edge node over HTTP. */
@NullMarked
package dev.baton.edge.rest;

import org.jspecify.annotations.NullMarked;
