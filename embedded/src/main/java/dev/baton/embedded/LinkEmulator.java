package dev.baton.embedded;

import java.io.Closeable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;

/**
 * A TCP proxy that behaves like a link: what enters at the listening port leaves at the target as late, and as slowly,
 * as {@link LinkConditions} say. All connections share the rate of each direction in turn. A connection whose target
 * does not answer is closed.
 */
public final class LinkEmulator implements AutoCloseable {

    private static final System.Logger LOG = System.getLogger(LinkEmulator.class.getName());
    private static final int CONNECT_TIMEOUT_MILLIS = 5_000;

    /* Enough for an unlimited link to run at memory speed, and small enough that what a client has written waits in the
     * client's own socket, where it can still be given up, as before a real link. */
    private static final int SOCKET_BUFFER_BYTES = 64 * 1024;

    private final ServerSocket listener;
    private final InetSocketAddress target;
    private final LinkDirection up;
    private final LinkDirection down;
    private final Set<Socket> open = ConcurrentHashMap.newKeySet();
    private final ExecutorService threads = Executors.newThreadPerTaskExecutor(
            Thread.ofVirtual().name("link-", 0).factory());

    private LinkEmulator(ServerSocket listener, InetSocketAddress target, LinkConditions conditions) {
        this.listener = listener;
        this.target = target;
        this.up = new LinkDirection(conditions);
        this.down = new LinkDirection(conditions);
    }

    /**
     * Listens on 127.0.0.1.
     *
     * @param listenPort 0 for any free port
     * @throws PortTakenException when something else listens there
     */
    public static LinkEmulator start(int listenPort, InetSocketAddress target, LinkConditions conditions) {
        Objects.requireNonNull(target, "target");
        Objects.requireNonNull(conditions, "conditions");
        try {
            LinkEmulator emulator = new LinkEmulator(listen(listenPort), target, conditions);
            emulator.threads.execute(emulator::accept);
            return emulator;
        } catch (BindException e) {
            throw new PortTakenException(listenPort, "the link emulator", e);
        } catch (IOException e) {
            throw new UncheckedIOException("the link emulator cannot listen on port " + listenPort, e);
        }
    }

    /** The port that clients connect to. */
    public int port() {
        return listener.getLocalPort();
    }

    /** Changes the link at once, for bytes that are under way as well. */
    public void set(LinkConditions conditions) {
        Objects.requireNonNull(conditions, "conditions");
        up.set(conditions);
        down.set(conditions);
    }

    public LinkConditions conditions() {
        return up.conditions();
    }

    /** Bytes delivered to the target so far, over all connections. */
    public long bytesUp() {
        return up.deliveredBytes();
    }

    /** Bytes delivered from the target to clients so far, over all connections. */
    public long bytesDown() {
        return down.deliveredBytes();
    }

    /** Cuts every connection and returns when no thread is left. */
    @Override
    public void close() {
        close(listener);
        threads.shutdownNow();
        open.forEach(LinkEmulator::close);
        threads.close();
    }

    private void accept() {
        while (!listener.isClosed()) {
            try {
                Socket client = listener.accept();
                open.add(client);
                threads.execute(() -> serve(client));
            } catch (IOException | RejectedExecutionException e) {
                if (!listener.isClosed()) {
                    LOG.log(System.Logger.Level.WARNING, "the link emulator could not accept a connection", e);
                }
            }
        }
        open.forEach(LinkEmulator::close);
    }

    private void serve(Socket client) {
        Socket server = new Socket();
        open.add(server);
        try (client;
                server) {
            server.setReceiveBufferSize(SOCKET_BUFFER_BYTES);
            server.connect(target, CONNECT_TIMEOUT_MILLIS);
            client.setTcpNoDelay(true);
            server.setTcpNoDelay(true);
            pass(client, server);
        } catch (IOException | RejectedExecutionException e) {
            LOG.log(System.Logger.Level.DEBUG, () -> "a connection over the link to %s ended".formatted(target), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            open.remove(client);
            open.remove(server);
        }
    }

    /** Passes bytes both ways until both sides have said that they are done, or one of them breaks. */
    private void pass(Socket client, Socket server) throws InterruptedException {
        LinkFlow upward = new LinkFlow(up, client, server);
        LinkFlow downward = new LinkFlow(down, server, client);
        List<FlowTask> tasks = List.of(upward::send, upward::deliver, downward::send, downward::deliver);
        CountDownLatch running = new CountDownLatch(tasks.size());
        for (FlowTask task : tasks) {
            threads.execute(() -> {
                try {
                    task.run();
                } catch (IOException e) {
                    LOG.log(System.Logger.Level.DEBUG, () -> "a connection over the link to " + target + " broke", e);
                    close(client);
                    close(server);
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                } finally {
                    running.countDown();
                }
            });
        }
        running.await();
    }

    @FunctionalInterface
    private interface FlowTask {
        void run() throws IOException, InterruptedException;
    }

    private static void close(Closeable socket) {
        try {
            socket.close();
        } catch (IOException e) {
            LOG.log(System.Logger.Level.DEBUG, "a socket of the link did not close cleanly", e);
        }
    }

    private static ServerSocket listen(int port) throws IOException {
        ServerSocket socket = new ServerSocket();
        try {
            socket.setReuseAddress(true);
            socket.setReceiveBufferSize(SOCKET_BUFFER_BYTES);
            socket.bind(FreePorts.local(port));
            return socket;
        } catch (IOException e) {
            socket.close();
            throw e;
        }
    }
}
