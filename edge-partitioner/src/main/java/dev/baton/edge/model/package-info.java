/** The models that the edge node serves: fetched, opened, warm, each with its current plan. */
@NullMarked
package dev.baton.edge.model;

import org.jspecify.annotations.NullMarked;
