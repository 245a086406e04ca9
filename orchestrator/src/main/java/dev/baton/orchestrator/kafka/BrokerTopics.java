package dev.baton.orchestrator.kafka;

import dev.baton.messaging.ClientSettings;
import dev.baton.messaging.KafkaConnection;
import dev.baton.messaging.Topics;
import java.time.Duration;
import java.util.Collection;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.DescribeClusterOptions;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.common.KafkaException;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/** Sees to it that the topics exist, however late the broker comes, and knows whether the broker answers. */
public final class BrokerTopics implements AutoCloseable {
    private static final Logger LOG = Logger.getLogger(BrokerTopics.class);

    private final KafkaConnection connection;
    private final Duration retryInterval;
    private final Duration timeout;
    private final CountDownLatch closed = new CountDownLatch(1);
    private volatile boolean present;
    private @Nullable Admin admin;
    private @Nullable Thread thread;

    public BrokerTopics(KafkaConnection connection, Duration retryInterval, Duration timeout) {
        this.connection = connection;
        this.retryInterval = retryInterval;
        this.timeout = timeout;
    }

    /** Starts to create the shared topics, again and again until the broker has them. */
    public void start() {
        thread = Thread.ofVirtual().name("topics").start(this::createShared);
    }

    private void createShared() {
        boolean said = false;
        try {
            do {
                try {
                    ensure(Topics.shared(connection.maxRecordBytes()), timeout);
                    present = true;
                    LOG.infof("joined the broker at %s", connection.bootstrapServers());
                    return;
                } catch (KafkaException failure) {
                    if (!said) {
                        LOG.warnf(
                                "the broker at %s does not answer (%s); trying again every %s",
                                connection.bootstrapServers(), failure.getMessage(), retryInterval);
                        said = true;
                    }
                }
            } while (!closed.await(retryInterval.toMillis(), TimeUnit.MILLISECONDS));
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
        }
    }

    /** Creates those of {@code topics} that do not exist. */
    void ensure(Collection<NewTopic> topics, Duration within) throws InterruptedException {
        Topics.ensure(admin(), topics, within);
    }

    /** What is missing for the broker to be of use; empty when nothing is. Asks the broker, for at most two seconds. */
    public Optional<String> missing() {
        try {
            int millis = 2000;
            admin().describeCluster(new DescribeClusterOptions().timeoutMs(millis))
                    .clusterId()
                    .get(millis, TimeUnit.MILLISECONDS);
            return present ? Optional.empty() : Optional.of("the broker answers, but its topics are not made yet");
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            return Optional.of("interrupted while asking the broker");
        } catch (ExecutionException | TimeoutException | KafkaException failure) {
            return Optional.of("the broker at %s does not answer".formatted(connection.bootstrapServers()));
        }
    }

    /** Made when first needed: its constructor fails while the broker's name cannot be resolved. */
    private synchronized Admin admin() {
        if (closed.getCount() == 0) {
            throw new KafkaException("the service is stopping");
        }
        if (admin == null) {
            admin = Admin.create(ClientSettings.admin(connection, "baton-orchestrator"));
        }
        return admin;
    }

    @Override
    public void close() {
        closed.countDown();
        if (thread != null) {
            thread.interrupt();
        }
        synchronized (this) {
            if (admin != null) {
                admin.close(Duration.ofSeconds(1));
            }
        }
    }
}
