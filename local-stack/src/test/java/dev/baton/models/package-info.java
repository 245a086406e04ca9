@NullMarked
package dev.baton.models;

import org.jspecify.annotations.NullMarked;
