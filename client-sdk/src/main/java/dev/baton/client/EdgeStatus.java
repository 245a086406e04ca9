package dev.baton.client;

/**
 * What the client thinks of an edge node.
 *
 * @param address {@code host:port}
 * @param ejected whether it is left alone until it answers a probe
 * @param outstanding attempts under way to it
 */
public record EdgeStatus(String address, boolean ejected, int outstanding) {}
