@NullMarked
package dev.baton.localstack;

import org.jspecify.annotations.NullMarked;
