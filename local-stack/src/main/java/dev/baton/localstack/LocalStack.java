package dev.baton.localstack;

import dev.baton.embedded.BrokerSettings;
import dev.baton.embedded.EdgeListener;
import dev.baton.embedded.EmbeddedBroker;
import dev.baton.embedded.EmbeddedRedis;
import dev.baton.embedded.LinkEmulator;
import dev.baton.localstack.StackPorts.LinkPorts;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorCompletionService;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * A running stack: broker, Redis, orchestrator, tails, edge nodes, and the emulated link between the edge nodes and the
 * broker. It ends with {@link #close()}, with this process, or, when this process is killed, by its {@link Guardian}.
 */
public final class LocalStack implements AutoCloseable {

    private static final System.Logger LOG = System.getLogger(LocalStack.class.getName());

    /** A service is ready after seconds; this is for machines that are busy with much else. */
    private static final Duration READY_LIMIT = Duration.ofMinutes(3);

    /** In which order parts stop: those who ask before those who answer. */
    private enum StopOrder {
        EDGES,
        TAILS,
        ORCHESTRATOR,
        LINK,
        REDIS,
        BROKER,
        GUARDIAN,
        FILES
    }

    private final StackSettings settings;
    private final StackListener listener;
    private final HttpClient http;
    private final Guardian guardian;
    private final List<LinkEmulator> links;
    private final Map<StopOrder, List<AutoCloseable>> parts;
    private final CompletableFuture<StackException> death = new CompletableFuture<>();
    private final long started = System.nanoTime();
    private final Thread shutdownHook = new Thread(this::stopWithProcess, "stop local stack");
    private boolean stopping;

    private LocalStack(StackSettings settings, StackListener listener) {
        this.settings = settings;
        this.listener = listener;
        this.http = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .connectTimeout(Duration.ofSeconds(2))
                .build();
        this.parts = new EnumMap<>(StopOrder.class);
        own(StopOrder.FILES, StateDirectory.claim(settings.stateDirectory(), settings.temporary()));
        try {
            this.guardian = own(StopOrder.GUARDIAN, Guardian.start());
            if (settings.temporary()) {
                guardian.delete(settings.stateDirectory());
            }
            this.links = settings.ports().links().stream()
                    .map(link -> own(
                            StopOrder.LINK,
                            LinkEmulator.start(
                                    link.edge(),
                                    new InetSocketAddress(InetAddress.getLoopbackAddress(), link.broker()),
                                    settings.link())))
                    .toList();
        } catch (RuntimeException failed) {
            stopParts();
            throw failed;
        }
    }

    /**
     * Starts everything and returns when all of it is ready.
     *
     * @throws StackException                        when a part does not come up; what had started is stopped again
     * @throws dev.baton.embedded.PortTakenException when a port was taken meanwhile
     */
    public static LocalStack start(StackSettings settings, StackListener listener) {
        settings.ports().requireFree();
        LocalStack stack = new LocalStack(settings, listener);
        Runtime.getRuntime().addShutdownHook(stack.shutdownHook);
        try {
            stack.startParts();
            return stack;
        } catch (RuntimeException failed) {
            stack.close();
            throw failed;
        }
    }

    /* Starting a JVM service takes seconds of a core, the broker's start as much. A service waits for a broker that is not
     * there yet, so everything starts at once and the cores are busy from the first moment. */
    private void startParts() {
        StackPorts ports = settings.ports();
        ServiceCommands commands = new ServiceCommands(settings);
        List<Runnable> starts = new ArrayList<>();
        starts.add(this::startBroker);
        starts.add(this::startRedis);
        starts.add(() ->
                startService(StopOrder.ORCHESTRATOR, "orchestrator", commands.orchestrator(), ports.orchestrator()));
        for (int i = 0; i < ports.tails().size(); i++) {
            int number = i + 1;
            int port = ports.tails().get(i);
            starts.add(() -> startService(StopOrder.TAILS, "tail-" + number, commands.tail(number), port));
        }
        for (int i = 0; i < ports.edges().size(); i++) {
            int number = i + 1;
            int port = ports.edges().get(i).http();
            starts.add(() -> startService(StopOrder.EDGES, "edge-" + number, commands.edge(number), port));
        }
        runAll(starts);
    }

    /** Runs all at the same time. The first failure stops what already runs, which makes the others fail soon. */
    private void runAll(List<Runnable> starts) {
        try (ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor()) {
            var completions = new ExecutorCompletionService<Void>(executor);
            starts.forEach(start -> completions.submit(start, null));
            try {
                for (int i = 0; i < starts.size(); i++) {
                    completions.take().get();
                }
            } catch (ExecutionException failed) {
                stopParts();
                throw failed.getCause() instanceof RuntimeException cause
                        ? cause
                        : new StackException("the stack did not start", failed);
            } catch (InterruptedException e) {
                stopParts();
                Thread.currentThread().interrupt();
                throw new StackException("interrupted while the stack was starting", e);
            }
        }
    }

    private void startBroker() {
        StackPorts ports = settings.ports();
        BrokerSettings broker =
                BrokerSettings.in(settings.stateDirectory().resolve("kafka")).withPort(ports.kafka());
        for (LinkPorts edges : ports.links()) {
            broker = broker.withEdgeListener(new EdgeListener(edges.broker(), edges.edge()));
        }
        own(StopOrder.BROKER, EmbeddedBroker.start(broker));
        ready("broker");
    }

    private void startRedis() {
        own(
                StopOrder.REDIS,
                EmbeddedRedis.start(
                        settings.stateDirectory().resolve("redis"),
                        settings.ports().redis()));
        // Redis runs under this process; which child it is, its owner does not tell. Noting a service twice does no
        // harm.
        ProcessHandle.current().children().filter(child -> !guardian.is(child)).forEach(guardian::watch);
        ready("redis");
    }

    private void startService(StopOrder order, String name, List<String> command, int healthPort) {
        ServiceProcess service = own(
                order,
                ServiceProcess.start(name, command, settings.logDirectory().resolve(name + ".log"), listener::log));
        guardian.watch(service.handle());
        service.onDeath(death::complete);
        service.awaitReady(URI.create("http://127.0.0.1:%d/q/health/ready".formatted(healthPort)), http, READY_LIMIT);
        ready(name);
    }

    private void ready(String part) {
        listener.ready(part, Duration.ofNanos(System.nanoTime() - started));
    }

    /** The link between the edge nodes and the broker; the first edge node's where each has its own. */
    public LinkEmulator link() {
        return links.getFirst();
    }

    /** The link of an edge node, counted from 1: its own, or the one that all share. */
    public LinkEmulator link(int edge) {
        return links.get(links.size() == 1 ? 0 : edge - 1);
    }

    public StackSettings settings() {
        return settings;
    }

    public URI orchestrator() {
        return URI.create("http://127.0.0.1:" + settings.ports().orchestrator());
    }

    /** {@code host:port} of the gRPC endpoint of an edge node, counted from 1. */
    public String edge(int number) {
        return "127.0.0.1:" + settings.ports().edges().get(number - 1).grpc();
    }

    /**
     * Waits until the stack is stopped.
     *
     * @throws StackException when a service ends by itself
     */
    public void awaitEnd() {
        try {
            throw death.join();
        } catch (CancellationException stopped) {
            // Everything was stopped on purpose.
        }
    }

    /** Stops everything, those who ask before those who answer. */
    @Override
    public void close() {
        stopParts();
        try {
            Runtime.getRuntime().removeShutdownHook(shutdownHook);
        } catch (IllegalStateException shuttingDown) {
            // The hook has nothing left to stop.
        }
    }

    private void stopWithProcess() {
        listener.interrupted();
        stopParts();
    }

    private <P extends AutoCloseable> P own(StopOrder order, P part) {
        synchronized (parts) {
            if (!stopping) {
                parts.computeIfAbsent(order, any -> new ArrayList<>()).add(part);
                return part;
            }
        }
        stop(part);
        throw new StackException("the stack is stopping");
    }

    /** A second caller returns when the first is done. */
    private synchronized void stopParts() {
        List<AutoCloseable> toStop;
        synchronized (parts) {
            stopping = true;
            toStop = parts.values().stream().flatMap(List::stream).toList();
            parts.clear();
        }
        toStop.forEach(LocalStack::stop);
        death.cancel(false);
    }

    private static void stop(AutoCloseable part) {
        try {
            part.close();
        } catch (Exception e) {
            if (e instanceof InterruptedException) {
                Thread.currentThread().interrupt();
            }
            LOG.log(System.Logger.Level.WARNING, "a part of the stack did not stop as it should", e);
        }
    }
}
