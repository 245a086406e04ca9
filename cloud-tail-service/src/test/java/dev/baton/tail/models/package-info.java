@NullMarked
package dev.baton.tail.models;

import org.jspecify.annotations.NullMarked;
