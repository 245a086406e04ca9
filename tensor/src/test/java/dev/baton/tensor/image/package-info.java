@NullMarked
package dev.baton.tensor.image;

import org.jspecify.annotations.NullMarked;
