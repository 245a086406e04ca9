/**
 * The cloud tail: takes activations from Kafka, runs the rest of the model, answers to the edge node that asked.
 * {@link dev.baton.tail.answer.TailInference#answer} is the main path; {@link dev.baton.tail.TailWiring} shows the parts.
 */
@NullMarked
package dev.baton.tail;

import org.jspecify.annotations.NullMarked;
