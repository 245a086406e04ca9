/**
 * Answers one activation: {@link dev.baton.tail.answer.TailInference#answer} is the main path of the whole service.
 */
@NullMarked
package dev.baton.tail.answer;

import org.jspecify.annotations.NullMarked;
