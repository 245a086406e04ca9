/** The activation codecs: how a tensor becomes few bytes for the link, and a tensor again behind it. */
@NullMarked
package dev.baton.tensor.codec;

import org.jspecify.annotations.NullMarked;
