/** Pictures that become a model's input tensor: pre-processing is part of the model. */
@NullMarked
package dev.baton.tensor.image;

import org.jspecify.annotations.NullMarked;
