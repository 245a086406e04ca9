package dev.baton.partitioning.splitpackage;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Serves a directory with ranges, and misbehaves as it is told. */
final class TestingPackageServer implements AutoCloseable {
    private static final Pattern RANGE = Pattern.compile("bytes=([0-9]+)-([0-9]*)");

    final List<String> requests = new CopyOnWriteArrayList<>();
    /** A file's answer ends before this byte of it, once. */
    final Map<String, Integer> cutAfter = new ConcurrentHashMap<>();

    final Map<String, byte[]> replaced = new ConcurrentHashMap<>();
    /** This byte of {@code weights.bin} is wrong in as many answers as {@link #damages} says. */
    volatile int damagedByte = -1;

    final AtomicInteger damages = new AtomicInteger();
    final CountDownLatch weightsAsked = new CountDownLatch(1);
    volatile CountDownLatch holdWeights = new CountDownLatch(0);
    /** Answers about weights from this byte on are held. */
    volatile int holdFrom;

    volatile boolean ranges = true;
    private final Path files;
    private final HttpServer http;

    TestingPackageServer(Path files) throws IOException {
        this.files = files;
        this.http = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        http.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        http.createContext("/packages/v/", this::answer);
        http.start();
    }

    URI uri() {
        return URI.create(
                "http://127.0.0.1:%d/packages/v".formatted(http.getAddress().getPort()) + "/");
    }

    /** How many bytes of weights were asked for. */
    long weightBytesAsked() {
        return requests.stream()
                .map(Pattern.compile("weights.bin from ([0-9]+) to ([0-9]+)")::matcher)
                .filter(Matcher::matches)
                .mapToLong(range -> Long.parseLong(range.group(2)) - Long.parseLong(range.group(1)) + 1)
                .sum();
    }

    private void answer(HttpExchange exchange) throws IOException {
        try (exchange) {
            String name = exchange.getRequestURI().getPath().substring("/packages/v/".length());
            Path file = files.resolve(name);
            if (!Files.isRegularFile(file)) {
                exchange.sendResponseHeaders(404, -1);
                return;
            }
            byte[] bytes = replaced.getOrDefault(name, Files.readAllBytes(file));
            String header = exchange.getRequestHeaders().getFirst("Range");
            Matcher range = RANGE.matcher(header == null || !ranges ? "" : header);
            boolean isRange = range.matches();
            int from = isRange ? Integer.parseInt(range.group(1)) : 0;
            boolean isBounded = isRange && !range.group(2).isEmpty();
            int end = isBounded ? Integer.parseInt(range.group(2)) + 1 : bytes.length;
            requests.add(isBounded ? name + " from " + from + " to " + (end - 1) : name + " from " + from);
            if (name.equals("weights.bin")) {
                weightsAsked.countDown();
                if (end > holdFrom) {
                    holdWeights.await(20, TimeUnit.SECONDS);
                }
                if (damagedByte >= from && damagedByte < end && damages.getAndDecrement() > 0) {
                    bytes[damagedByte] ^= 1;
                }
            }
            if (isRange) {
                exchange.getResponseHeaders()
                        .set("Content-Range", "bytes %d-%d/%d".formatted(from, end - 1, bytes.length));
            }
            exchange.sendResponseHeaders(isRange ? 206 : 200, end - from);
            Integer cut = cutAfter.remove(name);
            exchange.getResponseBody().write(bytes, from, (cut == null ? end : Math.min(cut, end)) - from);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() {
        http.stop(0);
    }
}
