package dev.baton.openinference.protocol;

import dev.baton.openinference.RequestRefusedException;

/** Where an answer goes. One of the two is called, once, on any thread. */
public interface Reply<T> {

    void give(T answer);

    void refuse(RequestRefusedException refused);
}
