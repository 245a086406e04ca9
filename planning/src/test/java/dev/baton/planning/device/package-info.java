@NullMarked
package dev.baton.planning.device;

import org.jspecify.annotations.NullMarked;
