package dev.baton.orchestrator.redis;

import io.quarkus.redis.datasource.RedisDataSource;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.function.Consumer;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Writes to Redis behind everybody's back: callers never wait and never fail. While Redis is away or slow, writes that do
 * not fit the queue are dropped.
 */
public final class RedisWriter implements AutoCloseable {
    private static final Logger LOG = Logger.getLogger(RedisWriter.class);
    private static final int QUEUE = 1024;

    private final RedisDataSource redis;
    private final BlockingQueue<Consumer<RedisDataSource>> writes = new ArrayBlockingQueue<>(QUEUE);
    private volatile boolean away;
    private volatile boolean closed;
    private @Nullable Thread thread;

    public RedisWriter(RedisDataSource redis) {
        this.redis = redis;
    }

    /** Starts to write. */
    public void start() {
        thread = Thread.ofPlatform().name("redis").daemon().start(this::run);
    }

    /** Has {@code write} done soon, if Redis is there; false when it was dropped. */
    boolean offer(Consumer<RedisDataSource> write) {
        return writes.offer(write);
    }

    /** Whether the last write failed. */
    public boolean isAway() {
        return away;
    }

    private void run() {
        try {
            while (!closed) {
                write(writes.take());
            }
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
        }
    }

    private void write(Consumer<RedisDataSource> write) {
        try {
            write.accept(redis);
            if (away) {
                LOG.info("Redis answers again: fleet views and plan history are kept");
            }
            away = false;
        } catch (RuntimeException failure) {
            if (!away && !closed) {
                LOG.warnf(
                        "Redis does not answer (%s): fleet views and plan history are not kept until it does",
                        failure.getMessage());
            }
            away = true;
        }
    }

    @Override
    public void close() {
        closed = true;
        if (thread != null) {
            thread.interrupt();
        }
    }
}
