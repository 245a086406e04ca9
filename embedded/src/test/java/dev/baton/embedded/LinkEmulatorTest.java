package dev.baton.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Bounds are one-sided where a busy machine can only make things later. */
@Timeout(60)
final class LinkEmulatorTest {

    private EchoServer echo;
    private LinkEmulator link;

    @BeforeEach
    void start() throws IOException {
        echo = new EchoServer();
        link = LinkEmulator.start(0, echo.address(), LinkConditions.UNLIMITED);
    }

    @AfterEach
    void stop() throws IOException {
        link.close();
        echo.close();
    }

    @Test
    void passesBytesUnchangedBothWaysAndCountsThem() throws Exception {
        byte[] sent = new byte[3_000_000];
        new Random(7).nextBytes(sent);

        assertThat(roundTrip(sent)).isEqualTo(sent);

        assertThat(link.bytesUp()).isEqualTo(sent.length);
        assertThat(link.bytesDown()).isEqualTo(sent.length);
    }

    @Test
    void rateBoundsHowFastBytesArrive() throws Exception {
        link.set(LinkConditions.parse("8mbit"));

        Duration slow = timeToDeliver(new byte[100_000]);
        link.set(LinkConditions.UNLIMITED);
        Duration fast = timeToDeliver(new byte[100_000]);

        assertThat(slow).isGreaterThan(Duration.ofMillis(97)); // 800,000 bits at 8 Mbit/s are 100 ms
        assertThat(fast).isLessThan(slow.dividedBy(3));
    }

    @Test
    void rateHoldsOverLongerTransfersAlthoughThreadsWakeLate() throws Exception {
        link.set(LinkConditions.parse("100mbit"));

        Duration time = timeToDeliver(new byte[5_000_000]); // 400 ms

        assertThat(time).isBetween(Duration.ofMillis(390), Duration.ofSeconds(1));
    }

    @Test
    void connectionsShareTheRate() throws Exception {
        link.set(LinkConditions.parse("8mbit"));
        long begin = System.nanoTime();

        CompletableFuture<?>[] transfers = IntStream.range(0, 4)
                .mapToObj(i ->
                        CompletableFuture.runAsync(() -> timeToDeliver(new byte[50_000]), Thread::startVirtualThread))
                .toArray(CompletableFuture<?>[]::new);
        CompletableFuture.allOf(transfers).get(30, TimeUnit.SECONDS);

        assertThat(Duration.ofNanos(System.nanoTime() - begin)).isGreaterThan(Duration.ofMillis(195));
    }

    @Test
    void smallMessageDoesNotWaitBehindAnotherConnectionsBulk() throws Exception {
        link.set(LinkConditions.parse("8mbit"));
        CompletableFuture<Duration> bulk =
                CompletableFuture.supplyAsync(() -> timeToDeliver(new byte[1_000_000]), Thread::startVirtualThread);
        while (link.bytesUp() < 20_000) {
            Thread.onSpinWait();
        }

        Duration small = timeToDeliver(new byte[100]);

        assertThat(small).isLessThan(Duration.ofMillis(500));
        assertThat(bulk).isNotDone();
    }

    @Test
    void delayIsAddedOnEachWay() throws Exception {
        link.set(LinkConditions.parse("unlimited,40ms"));
        try (Socket client = connect()) {
            long begin = System.nanoTime();
            client.getOutputStream().write(1);
            assertThat(client.getInputStream().read()).isEqualTo(1);
            assertThat(Duration.ofNanos(System.nanoTime() - begin)).isGreaterThanOrEqualTo(Duration.ofMillis(80));
        }
    }

    @Test
    void delayDoesNotLimitTheRate() throws Exception {
        link.set(LinkConditions.parse("unlimited,50ms"));

        Duration time = timeToDeliver(new byte[4_000_000]); // 62 chunks: 3 s if they waited for each other

        assertThat(time).isBetween(Duration.ofMillis(100), Duration.ofSeconds(2));
    }

    @Test
    void jitterNeverReorders() throws Exception {
        link.set(LinkConditions.parse("unlimited,3ms,3ms"));
        byte[] sent = new byte[200_000];
        new Random(3).nextBytes(sent);

        assertThat(roundTrip(sent)).isEqualTo(sent);
    }

    @Test
    void changedConditionsHoldForBytesAlreadyUnderWay() throws Exception {
        link.set(LinkConditions.parse("0.01mbit,20s")); // 100,000 bytes would take 80 s
        CompletableFuture<Duration> transfer =
                CompletableFuture.supplyAsync(() -> timeToDeliver(new byte[100_000]), Thread::startVirtualThread);
        echo.awaitConnection();

        link.set(LinkConditions.UNLIMITED);

        assertThat(transfer.get(10, TimeUnit.SECONDS)).isLessThan(Duration.ofSeconds(10));
        assertThat(link.conditions()).isEqualTo(LinkConditions.UNLIMITED);
    }

    @Test
    void halfClosedConnectionStillDeliversTheAnswer() throws Exception {
        try (Socket client = connect()) {
            client.getOutputStream().write("question".getBytes(StandardCharsets.UTF_8));
            client.shutdownOutput();

            assertThat(client.getInputStream().readAllBytes())
                    .asString(StandardCharsets.UTF_8)
                    .isEqualTo("question");
        }
    }

    @Test
    void connectionIsClosedWhenTheTargetIsAbsent() throws Exception {
        InetSocketAddress nobody = FreePorts.local(FreePorts.find());
        try (LinkEmulator toNobody = LinkEmulator.start(0, nobody, LinkConditions.UNLIMITED);
                Socket client = new Socket()) {
            client.connect(FreePorts.local(toNobody.port()));

            assertThat(readsEnd(client)).isTrue();
        }
    }

    @Test
    void clientIsCutWhenTheTargetGoesAway() throws Exception {
        try (Socket client = connect()) {
            client.getOutputStream().write(1);
            assertThat(client.getInputStream().read()).isEqualTo(1);

            echo.close();

            assertThat(readsEnd(client)).isTrue();
        }
    }

    @Test
    void targetThatDoesNotReadHoldsItsClientBack() throws Exception {
        try (ServerSocket deaf = new ServerSocket(0);
                LinkEmulator toDeaf =
                        LinkEmulator.start(0, FreePorts.local(deaf.getLocalPort()), LinkConditions.UNLIMITED);
                Socket client = new Socket()) {
            client.connect(FreePorts.local(toDeaf.port()));
            CompletableFuture<Void> writer = CompletableFuture.runAsync(
                    () -> {
                        byte[] block = new byte[1 << 20];
                        try {
                            for (int i = 0; i < 100; i++) {
                                client.getOutputStream().write(block);
                            }
                        } catch (IOException e) {
                            throw new IllegalStateException(e);
                        }
                    },
                    Thread::startVirtualThread);
            assertThatThrownBy(() -> writer.get(700, TimeUnit.MILLISECONDS))
                    .isInstanceOf(java.util.concurrent.TimeoutException.class);
        }
    }

    @Test
    void takenPortIsNamed() throws Exception {
        try (ServerSocket holder = new ServerSocket()) {
            holder.bind(FreePorts.local(0));
            int port = holder.getLocalPort();

            assertThatThrownBy(() -> LinkEmulator.start(port, echo.address(), LinkConditions.UNLIMITED))
                    .isInstanceOf(PortTakenException.class)
                    .hasMessageContaining("port " + port)
                    .hasMessageContaining("link emulator");
        }
    }

    @Test
    void closingCutsEverythingEvenWhatWaits() throws Exception {
        link.set(LinkConditions.parse("0.01mbit,60s"));
        try (Socket client = connect()) {
            client.getOutputStream().write(new byte[50_000]);
            echo.awaitConnection();

            link.close();

            assertThat(readsEnd(client)).isTrue();
            assertThatThrownBy(this::connect).isInstanceOf(IOException.class);
        }
    }

    private Socket connect() throws IOException {
        Socket socket = new Socket();
        socket.setTcpNoDelay(true);
        socket.connect(FreePorts.local(link.port()));
        return socket;
    }

    private byte[] roundTrip(byte[] sent) throws Exception {
        try (Socket client = connect()) {
            CompletableFuture<byte[]> received = CompletableFuture.supplyAsync(
                    () -> {
                        try {
                            return client.getInputStream().readNBytes(sent.length);
                        } catch (IOException e) {
                            throw new IllegalStateException(e);
                        }
                    },
                    Thread::startVirtualThread);
            OutputStream out = client.getOutputStream();
            for (int from = 0; from < sent.length; from += 10_007) {
                out.write(Arrays.copyOfRange(sent, from, Math.min(sent.length, from + 10_007)));
            }
            return received.get(30, TimeUnit.SECONDS);
        }
    }

    /** From the first byte written until the target has read the last and its answer, one byte, is back. */
    private Duration timeToDeliver(byte[] bytes) {
        try (Socket client = connect()) {
            bytes[0] = EchoServer.SINK;
            long begin = System.nanoTime();
            client.getOutputStream().write(bytes);
            client.shutdownOutput();
            assertThat(client.getInputStream().readAllBytes()).hasSize(1);
            return Duration.ofNanos(System.nanoTime() - begin);
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private static boolean readsEnd(Socket socket) {
        try {
            InputStream in = socket.getInputStream();
            socket.setSoTimeout(10_000);
            return in.read() < 0;
        } catch (java.net.SocketTimeoutException e) {
            return false;
        } catch (IOException reset) {
            return true;
        }
    }
}
