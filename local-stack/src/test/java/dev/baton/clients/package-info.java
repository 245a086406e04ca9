@NullMarked
package dev.baton.clients;

import org.jspecify.annotations.NullMarked;
