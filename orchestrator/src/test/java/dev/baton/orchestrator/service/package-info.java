/** Tests of the whole service with a real broker and a real Redis. */
@NullMarked
package dev.baton.orchestrator.service;

import org.jspecify.annotations.NullMarked;
