@NullMarked
package dev.baton.inspection;

import org.jspecify.annotations.NullMarked;
