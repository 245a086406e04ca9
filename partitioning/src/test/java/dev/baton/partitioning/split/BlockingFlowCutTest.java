package dev.baton.partitioning.split;

final class BlockingFlowCutTest extends MinimumCutContract {
    @Override
    MinimumCut solver() {
        return new BlockingFlowCut();
    }
}
