/** The models of the catalog whose tails are open here, and how a new version takes over from an old one. */
@NullMarked
package dev.baton.tail.models;

import org.jspecify.annotations.NullMarked;
