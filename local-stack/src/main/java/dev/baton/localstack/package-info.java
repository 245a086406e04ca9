/**
 * Everything Baton needs on one machine: broker and link in this process, Redis and the services as its children.
 * {@link dev.baton.localstack.LocalStack#start} is the main path.
 */
@NullMarked
package dev.baton.localstack;

import org.jspecify.annotations.NullMarked;
