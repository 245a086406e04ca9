/** Questions to the planner without a stack: what a model would take between two devices, as tables, documents and a page. */
@NullMarked
package dev.baton.whatif;

import org.jspecify.annotations.NullMarked;
