/**
 * Draws pictures of analog gauges whose reading is known: the source of every picture the demo model learnt from and is
 * measured on. Begin with {@link dev.baton.gauge.GaugeRenderer#render}.
 */
@NullMarked
package dev.baton.gauge;

import org.jspecify.annotations.NullMarked;
