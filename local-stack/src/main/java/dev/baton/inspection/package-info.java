/** What there is to know about a model before it is served, for people: as tables, as JSON, as a page. */
@NullMarked
package dev.baton.inspection;

import org.jspecify.annotations.NullMarked;
