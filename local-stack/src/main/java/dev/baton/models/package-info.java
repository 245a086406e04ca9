/** Models as files on this machine: what describes them, what feeds them, and the engine that runs them. */
@NullMarked
package dev.baton.models;

import org.jspecify.annotations.NullMarked;
