@NullMarked
package dev.baton.tensor;

import org.jspecify.annotations.NullMarked;
