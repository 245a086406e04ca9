/** Tests of the gauge renderer, of the shipped pictures and of the shipped model. */
@NullMarked
package dev.baton.gauge;

import org.jspecify.annotations.NullMarked;
