package dev.baton.partitioning.split;

final class PushRelabelCutTest extends MinimumCutContract {
    @Override
    MinimumCut solver() {
        return new PushRelabelCut();
    }

    @Override
    int graphs() {
        return 200;
    }

    /** One of them. */
    @Override
    boolean givesTheLargest() {
        return false;
    }
}
