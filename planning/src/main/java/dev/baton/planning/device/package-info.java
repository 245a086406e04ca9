/**
 * Devices without the device: what they compute in a second, what they draw and hold, each number with its source; and what a
 * model takes on one, measured where a profile says so and estimated elsewhere. {@link
 * dev.baton.planning.device.DeviceCatalog#find} comes first.
 */
@NullMarked
package dev.baton.planning.device;

import org.jspecify.annotations.NullMarked;
