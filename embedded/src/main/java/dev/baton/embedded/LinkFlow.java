package dev.baton.embedded;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.util.Arrays;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.ThreadLocalRandom;

/**
 * One direction of one connection over a link: one thread {@link #send sends}, a second one {@link #deliver delivers}
 * what has arrived. What is between them is bounded, so that a target that does not read holds its client back.
 */
final class LinkFlow {

    private static final int UNDERWAY_BYTES = 4 * 1024 * 1024;
    private static final int BUFFER_BYTES = 64 * 1024;

    /* How far back a chunk may claim to have been ready: more than a late wake-up, less than anyone notices. */
    private static final long MOST_CREDIT_NANOS = 5_000_000;

    private final LinkDirection direction;
    private final Socket from;
    private final Socket to;
    private final Semaphore room = new Semaphore(UNDERWAY_BYTES);
    private final LinkedBlockingQueue<Chunk> underway = new LinkedBlockingQueue<>();

    /** What travels together: some bytes, or none for the end. */
    private static final class Chunk {

        final byte[] bytes;
        final long sent;
        final double deviation = ThreadLocalRandom.current().nextGaussian();

        Chunk(byte[] bytes, long sent) {
            this.bytes = bytes;
            this.sent = sent;
        }
    }

    LinkFlow(LinkDirection direction, Socket from, Socket to) {
        this.direction = direction;
        this.from = from;
        this.to = to;
    }

    /** Puts on the line what the sender writes, until it says that it is done. */
    void send() throws IOException, InterruptedException {
        try {
            InputStream in = from.getInputStream();
            byte[] buffer = new byte[BUFFER_BYTES];
            long sent = 0;
            boolean waiting = false; // more was there already when the line had sent the chunk before
            for (int read; (read = in.read(buffer, 0, direction.chunkBytes())) >= 0; waiting &= in.available() > 0) {
                long ready = waiting ? Math.max(sent, System.nanoTime() - MOST_CREDIT_NANOS) : System.nanoTime();
                if (!room.tryAcquire(read)) {
                    room.acquire(read);
                    ready = System.nanoTime();
                }
                sent = direction.transmit(read, ready);
                waiting = true;
                underway.add(new Chunk(Arrays.copyOf(buffer, read), sent));
            }
        } finally {
            underway.add(new Chunk(new byte[0], System.nanoTime()));
        }
    }

    /** Hands over what has travelled, in order, and the end of it as the end. */
    void deliver() throws IOException, InterruptedException {
        try {
            OutputStream out = to.getOutputStream();
            while (true) {
                Chunk chunk = underway.take();
                direction.awaitArrival(chunk.sent, chunk.deviation);
                int size = chunk.bytes.length;
                if (size == 0) {
                    to.shutdownOutput();
                    return;
                }
                out.write(chunk.bytes);
                direction.countDelivered(size);
                room.release(size);
            }
        } finally {
            room.release(
                    UNDERWAY_BYTES); // a sender that waits for room finds out by itself that its sockets are closed
        }
    }
}
