@NullMarked
package dev.baton.openinference.rest;

import org.jspecify.annotations.NullMarked;
