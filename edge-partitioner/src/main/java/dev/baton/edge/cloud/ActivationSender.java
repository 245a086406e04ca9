package dev.baton.edge.cloud;

/** Hands activations to the cloud. */
public interface ActivationSender {

    /** Makes ready to send for {@code model}, as far as that is possible now. */
    void prepare(String model);

    /** Hands over and returns; whatever goes wrong is the call's answer. The caller closes the call. */
    CloudCall send(Activation activation);
}
