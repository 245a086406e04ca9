package dev.baton.benchmarks;

import dev.baton.clients.Answer;
import dev.baton.clients.Provenance;
import dev.baton.clients.ServiceRefusedException;
import dev.baton.clients.ServiceUnreachableException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;

/**
 * Requests at a steady rate, however long answers take; what became of every one is kept. A request counts from the moment at
 * which it was due, so that waiting behind others is not overlooked.
 */
final class SteadyLoad implements AutoCloseable {

    private static final int MOST_IN_FLIGHT = 64;

    private final PlannerFleet.EdgeNode edge;
    private final Workload workload;
    private final long periodNanos;
    private final Semaphore room = new Semaphore(MOST_IN_FLIGHT);
    private final Queue<Sample> done = new ConcurrentLinkedQueue<>();
    private final ExecutorService requests = Executors.newVirtualThreadPerTaskExecutor();
    private final Thread clock;
    private volatile boolean stopped;

    /**
     * A request that ended.
     *
     * @param dueNanos  when it was to be sent, in {@link System#nanoTime} time
     * @param doneNanos when the answer, or that there is none, was known
     * @param epoch     of the plan that answered; 0 without an answer
     * @param byEdge    whether the edge node finished what was meant for the cloud
     * @param story     where the time went, or why there is no answer
     */
    record Sample(
            long dueNanos,
            long doneNanos,
            long epoch,
            String placement,
            boolean answered,
            boolean byEdge,
            String story) {

        double millis() {
            return (doneNanos - dueNanos) / 1e6;
        }
    }

    private SteadyLoad(PlannerFleet.EdgeNode edge, Workload workload, Duration period) {
        this.edge = edge;
        this.workload = workload;
        this.periodNanos = period.toNanos();
        this.clock = Thread.ofPlatform().name("steady load").unstarted(this::tick);
    }

    static SteadyLoad start(PlannerFleet.EdgeNode edge, Workload workload, Duration period) {
        SteadyLoad load = new SteadyLoad(edge, workload, period);
        load.clock.start();
        return load;
    }

    private void tick() {
        long due = System.nanoTime();
        for (int turn = 0; !stopped; turn++) {
            long wait = due - System.nanoTime();
            if (wait > 0) {
                LockSupport.parkNanos(wait);
            }
            if (due - System.nanoTime() > 0) {
                turn--; // woke up early
                continue;
            }
            long dueNow = due;
            int input = turn;
            room.acquireUninterruptibly();
            requests.execute(() -> send(dueNow, input));
            due += periodNanos;
        }
    }

    private void send(long due, int turn) {
        long late = System.nanoTime() - due;
        try {
            Answer answer = edge.send(workload, turn);
            Provenance by = answer.provenance();
            done.add(new Sample(
                    due,
                    System.nanoTime(),
                    by.planEpoch(),
                    by.placement(),
                    true,
                    !by.placement().equals("edge-only") && by.completedBy().equals("edge"),
                    story(by, late)));
        } catch (ServiceRefusedException | ServiceUnreachableException lost) {
            done.add(new Sample(due, System.nanoTime(), 0, "", false, false, String.valueOf(lost.getMessage())));
        } finally {
            room.release();
        }
    }

    private static String story(Provenance by, long lateNanos) {
        String stages = by.stageMillis().entrySet().stream()
                .map(stage -> "%s %s".formatted(stage.getKey(), Quantiles.text(stage.getValue(), 1)))
                .collect(Collectors.joining(", "));
        return "%s, sent %s ms late, edge node %s ms: %s"
                .formatted(
                        by.placement(),
                        Quantiles.text(lateNanos / 1e6, 1),
                        Quantiles.text(by.totalMillis(), 1),
                        stages);
    }

    /** Those that ended until now, in the order in which they were due. */
    List<Sample> samples() {
        List<Sample> samples = new ArrayList<>(done);
        samples.sort(Comparator.comparingLong(Sample::dueNanos));
        return samples;
    }

    /** Sends no more, and returns when every request has ended. */
    @Override
    public void close() {
        stopped = true;
        LockSupport.unpark(clock);
        try {
            clock.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        requests.close();
    }
}
