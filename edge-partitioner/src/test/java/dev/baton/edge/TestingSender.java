package dev.baton.edge;

import dev.baton.edge.cloud.Activation;
import dev.baton.edge.cloud.ActivationSender;
import dev.baton.edge.cloud.CloudAnswer;
import dev.baton.edge.cloud.CloudCall;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;

/** A cloud that answers as it is told, at once, or never. */
public final class TestingSender implements ActivationSender {

    private final List<Activation> sent = new CopyOnWriteArrayList<>();
    private final List<String> prepared = new CopyOnWriteArrayList<>();
    private final AtomicInteger open = new AtomicInteger();
    private volatile Function<Activation, CompletableFuture<CloudAnswer>> answers = _ -> new CompletableFuture<>();

    public void answer(Function<Activation, CloudAnswer> answer) {
        answers = activation -> CompletableFuture.completedFuture(answer.apply(activation));
    }

    public void answerLater(Function<Activation, CompletableFuture<CloudAnswer>> answer) {
        answers = answer;
    }

    public List<Activation> sent() {
        return sent;
    }

    public List<String> prepared() {
        return prepared;
    }

    /** Calls that were not closed. */
    public int openCalls() {
        return open.get();
    }

    @Override
    public void prepare(String model) {
        prepared.add(model);
    }

    @Override
    public CloudCall send(Activation activation) {
        sent.add(activation);
        open.incrementAndGet();
        return new CloudCall(100, answers.apply(activation), open::decrementAndGet);
    }
}
