@NullMarked
package dev.baton.planning.replay;

import org.jspecify.annotations.NullMarked;
