package dev.baton.messaging;

import static org.assertj.core.api.Assertions.assertThat;

import dev.baton.embedded.FreePorts;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(120)
final class CompactedTableTest {
    private static @Nullable TestingBroker broker;

    /** What a listener was told, as text: {@code key=value}, {@code key removed}, {@code key unreadable}. */
    private final BlockingQueue<String> news = new LinkedBlockingQueue<>();

    @BeforeAll
    static void startBroker(@TempDir Path directory) {
        broker = TestingBroker.start(directory, 0);
    }

    @AfterAll
    static void stopBroker() {
        broker().close();
    }

    private static TestingBroker broker() {
        if (broker == null) {
            throw new IllegalStateException("the broker did not start");
        }
        return broker;
    }

    @Test
    void holdsWhatWasThereAndFollowsWhatComes() throws Exception {
        broker().create(topic("known", 3));
        send("known", "a", "1");
        send("known", "b", "2");
        send("known", "a", "3");
        try (CompactedTable<String> table = start(broker().connection(), "known")) {
            table.caughtUp().get(60, TimeUnit.SECONDS);
            assertThat(table.snapshot()).isEqualTo(Map.of("a", "3", "b", "2"));
            assertThat(news).contains("a=3", "b=2");
            news.clear();

            send("known", "c", "4");
            assertThat(nextNews()).isEqualTo("c=4");
            assertThat(table.get("c")).contains("4");

            broker().send("known", "a", null);
            assertThat(nextNews()).isEqualTo("a removed");
            assertThat(table.get("a")).isEmpty();
            assertThat(table.snapshot()).isEqualTo(Map.of("b", "2", "c", "4"));
        }
    }

    @Test
    void anEmptyTopicIsCaughtUpAtOnce() throws Exception {
        broker().create(topic("empty", 2));
        try (CompactedTable<String> table = start(broker().connection(), "empty")) {
            table.caughtUp().get(60, TimeUnit.SECONDS);
            assertThat(table.snapshot()).isEmpty();
        }
    }

    @Test
    void waitsForATopicThatIsMadeLater() throws Exception {
        try (CompactedTable<String> table = start(broker().connection(), "later")) {
            assertThat(table.caughtUp().isDone()).isFalse();
            broker().create(topic("later", 1));
            send("later", "a", "1");
            assertThat(nextNews()).isEqualTo("a=1");
            table.caughtUp().get(60, TimeUnit.SECONDS);
        }
    }

    @Test
    void aRecordThatDoesNotParseIsToldAndSkipped() throws Exception {
        broker().create(new NewTopic("damaged", 1, (short) 1)); // a compacted topic refuses records without key
        send("damaged", "a", "1");
        send("damaged", "a", "unreadable");
        send("damaged", null, "no key");
        send("damaged", "b", "2");
        try (CompactedTable<String> table = start(broker().connection(), "damaged")) {
            table.caughtUp().get(60, TimeUnit.SECONDS);
            assertThat(news).containsExactly("a=1", "a unreadable", "b=2");
            assertThat(table.snapshot()).isEqualTo(Map.of("a", "1", "b", "2"));
        }
    }

    @Test
    void aListenerThatFailsHearsOfTheNextRecord() throws Exception {
        broker().create(topic("deaf", 1));
        send("deaf", "a", "1");
        send("deaf", "b", "2");
        CompactedTable.Listener<String> listener = (key, _) -> {
            news.add(key);
            throw new IllegalStateException("this listener always fails");
        };
        try (CompactedTable<String> table =
                CompactedTable.start(broker().connection(), "deaf", "deaf", CompactedTableTest::parse, listener)) {
            table.caughtUp().get(60, TimeUnit.SECONDS);
            assertThat(news).containsExactly("a", "b");
        }
    }

    @Test
    void aBrokerThatComesLaterIsFoundAndOneThatComesBackIsReadOn(@TempDir Path data) throws Exception {
        int port = FreePorts.find();
        try (CompactedTable<String> table = start(TestingBroker.connection("127.0.0.1:" + port), "patient")) {
            assertThat(table.caughtUp().isDone()).isFalse();
            try (TestingBroker late = TestingBroker.start(data, port)) {
                late.create(topic("patient", 2));
                late.send("patient", "a", bytes("1"));
                assertThat(nextNews()).isEqualTo("a=1");
                table.caughtUp().get(60, TimeUnit.SECONDS);
            }
            assertThat(table.get("a")).contains("1"); // also while the broker is away
            try (TestingBroker back = TestingBroker.start(data, port)) {
                back.send("patient", "b", bytes("2"));
                assertThat(nextNews()).isEqualTo("b=2");
                assertThat(table.snapshot()).isEqualTo(Map.of("a", "1", "b", "2"));
            }
        }
    }

    @Test
    void aTopicThatIsMadeAnewReplacesWhatWasThere(@TempDir Path before, @TempDir Path after) throws Exception {
        int port = FreePorts.find();
        try (CompactedTable<String> table = start(TestingBroker.connection("127.0.0.1:" + port), "renewed")) {
            try (TestingBroker first = TestingBroker.start(before, port)) {
                first.create(topic("renewed", 1));
                for (String value : List.of("1", "2", "3")) {
                    first.send("renewed", "a", bytes(value));
                    assertThat(nextNews()).isEqualTo("a=" + value);
                }
            }
            try (TestingBroker second = TestingBroker.start(after, port)) {
                second.create(topic("renewed", 1));
                second.send("renewed", "b", bytes("4"));
                assertThat(List.of(requireNews(), requireNews())).containsExactlyInAnyOrder("b=4", "a removed");
                assertThat(table.snapshot()).isEqualTo(Map.of("b", "4"));
            }
        }
    }

    @Test
    void closesPromptlyWhileTheBrokerIsAbsent() throws Exception {
        CompactedTable<String> table = start(TestingBroker.connection("127.0.0.1:" + FreePorts.find()), "absent");
        closeWithin(Duration.ofSeconds(20), table);
        assertThat(table.caughtUp()).isCancelled();
    }

    @Test
    void closesPromptlyWhenTheBrokersNameDoesNotResolve() throws Exception {
        CompactedTable<String> table = start(TestingBroker.connection("no-such-host.invalid:9092"), "nowhere");
        closeWithin(Duration.ofSeconds(20), table);
        assertThat(table.caughtUp()).isCancelled();
    }

    @Test
    void aReaderDoesNotMakeItsTopic() throws Exception {
        try (CompactedTable<String> table = start(broker().connection(), "never-made");
                Admin admin = Admin.create(ClientSettings.admin(broker().connection(), "looking"))) {
            broker().create(topic("made", 1));
            send("made", "a", "1");
            try (CompactedTable<String> other = start(broker().connection(), "made")) {
                other.caughtUp().get(60, TimeUnit.SECONDS); // time enough for the first table to have asked
            }
            assertThat(admin.listTopics().names().get(60, TimeUnit.SECONDS)).doesNotContain("never-made");
            assertThat(table.caughtUp().isDone()).isFalse();
        }
    }

    private static void closeWithin(Duration time, CompactedTable<String> table) throws Exception {
        CompletableFuture.runAsync(table::close).get(time.toSeconds(), TimeUnit.SECONDS);
    }

    private CompactedTable<String> start(KafkaConnection connection, String topic) {
        return CompactedTable.start(
                connection, "table-" + topic, topic, CompactedTableTest::parse, new CompactedTable.Listener<String>() {
                    @Override
                    public void changed(String key, Optional<String> value) {
                        news.add(value.map(text -> key + "=" + text).orElse(key + " removed"));
                    }

                    @Override
                    public void unreadable(String key, Exception cause) {
                        news.add(key + " unreadable");
                    }
                });
    }

    private static String parse(byte[] bytes) throws Exception {
        String text = new String(bytes, StandardCharsets.UTF_8);
        if (text.equals("unreadable")) {
            throw new IOException("this value cannot be read");
        }
        return text;
    }

    private static NewTopic topic(String name, int partitions) {
        return new NewTopic(name, partitions, (short) 1).configs(Map.of("cleanup.policy", "compact"));
    }

    private static void send(String topic, @Nullable String key, String value) throws Exception {
        broker().send(topic, key, bytes(value));
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private String requireNews() throws InterruptedException {
        return Objects.requireNonNull(nextNews(), "no news within a minute");
    }

    private @Nullable String nextNews() throws InterruptedException {
        return news.poll(60, TimeUnit.SECONDS);
    }
}
