@NullMarked
package dev.baton.tensor.codec;

import org.jspecify.annotations.NullMarked;
