package dev.baton.partitioning.splitpackage;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpTimeoutException;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Flow;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** Downloads files over HTTP: bounded, resumed where they stopped, verified. */
final class HttpFiles {
    /** A server that says nothing for this long is given up. */
    private static final Duration SILENCE = Duration.ofSeconds(20);
    /** How often a download that was cut off is taken up again as long as each time brings something. */
    private static final int ATTEMPTS = 4;

    /** A connection that brings less than this before it breaks counts as a failed attempt. */
    private static final long WORTH_GOING_ON = 1 << 20;

    private final HttpClient http;

    HttpFiles(HttpClient http) {
        this.http = http;
    }

    /** A small file as bytes. */
    byte[] read(URI uri, int maxBytes) throws IOException, InterruptedException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        HttpResponse<Flow.Publisher<List<ByteBuffer>>> response = get(HttpRequest.newBuilder(uri));
        if (response.statusCode() != 200) {
            discard(response);
            throw new IOException("%s answered with status %d: expected 200".formatted(uri, response.statusCode()));
        }
        receive(uri, response, Channels.newChannel(bytes), maxBytes);
        return bytes.toByteArray();
    }

    /** Downloads to {@code target}, through a {@code .part} file beside it that survives interruptions. */
    void download(URI uri, FileEntry entry, Path target) throws IOException, InterruptedException {
        if (Files.exists(target) && matches(target, entry)) {
            return;
        }
        Path part = target.resolveSibling(target.getFileName() + ".part");
        boolean resumed = Files.exists(part) && Files.size(part) > 0;
        fill(uri, entry, part);
        if (!matches(part, entry) && resumed) {
            // What lay here from before may be what is wrong: once more, from the start.
            Files.delete(part);
            fill(uri, entry, part);
        }
        if (!matches(part, entry)) {
            long size = Files.size(part);
            Files.delete(part);
            throw new InvalidPackageException("%s gave %d bytes whose SHA-256 is not the promised %s of %d bytes"
                    .formatted(uri, size, entry.sha256(), entry.bytes()));
        }
        Files.move(part, target, StandardCopyOption.ATOMIC_MOVE);
    }

    private static boolean matches(Path file, FileEntry entry) throws IOException {
        return Files.size(file) == entry.bytes() && Digests.sha256(file).equals(entry.sha256());
    }

    private void fill(URI uri, FileEntry entry, Path part) throws IOException, InterruptedException {
        for (int attempt = 1; ; attempt++) {
            long before = Files.exists(part) ? Files.size(part) : 0;
            if (before > entry.bytes()) {
                Files.delete(part);
                before = 0;
            }
            try {
                fillOnce(uri, entry, part, before);
                return;
            } catch (InvalidPackageException e) {
                throw e;
            } catch (IOException e) {
                long after = Files.exists(part) ? Files.size(part) : 0;
                if (attempt == ATTEMPTS || after <= before) {
                    throw e;
                }
            }
        }
    }

    private void fillOnce(URI uri, FileEntry entry, Path part, long from) throws IOException, InterruptedException {
        if (from == entry.bytes() && Files.exists(part)) {
            return;
        }
        HttpRequest.Builder request = HttpRequest.newBuilder(uri);
        if (from > 0) {
            request.header("Range", "bytes=" + from + "-");
        }
        HttpResponse<Flow.Publisher<List<ByteBuffer>>> response = get(request);
        boolean goesOn = response.statusCode() == 206
                && response.headers()
                        .firstValue("Content-Range")
                        .filter(range -> range.startsWith("bytes " + from + "-"))
                        .isPresent();
        if (!goesOn && response.statusCode() != 200) {
            discard(response);
            if (from > 0) {
                Files.delete(part); // the server cannot go on from here: the next attempt starts over
            }
            throw new IOException("%s answered with status %d: expected 200, or 206 from byte %d"
                    .formatted(uri, response.statusCode(), from));
        }
        long start = goesOn ? from : 0;
        try (FileChannel out = FileChannel.open(part, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
            out.truncate(start);
            out.position(start);
            receive(uri, response, out, entry.bytes() - start);
        }
        long size = Files.size(part);
        if (size < entry.bytes()) {
            throw new IOException("%s ended after %d of %d bytes".formatted(uri, size, entry.bytes()));
        }
    }

    /**
     * Downloads what is missing of consecutive segments. One that arrives damaged is asked for once more.
     *
     * @param fileBytes the size of the file they are part of
     * @throws InvalidPackageException when what is served is not what the manifest promises
     */
    void download(URI uri, long fileBytes, SegmentWriter out) throws IOException, InterruptedException {
        Set<WeightSegment> damaged = new HashSet<>();
        for (int idle = 0; !out.isFinished(); ) {
            long before = out.position();
            try {
                downloadOnce(uri, fileBytes, out);
                if (!out.isFinished()) {
                    throw new IOException(
                            "%s ended after byte %d of those up to %d".formatted(uri, out.position(), out.end()));
                }
            } catch (SegmentWriter.DamagedException e) {
                if (!damaged.add(e.segment())) {
                    throw new InvalidPackageException(
                            "%s was asked twice, and its %s".formatted(uri, e.getMessage()), e);
                }
            } catch (InvalidPackageException e) {
                throw e;
            } catch (IOException e) {
                long came = out.position() - before;
                idle = came < WORTH_GOING_ON ? idle + 1 : 0;
                if (came == 0 || idle == ATTEMPTS) {
                    throw e;
                }
            }
        }
    }

    private void downloadOnce(URI uri, long fileBytes, SegmentWriter out) throws IOException, InterruptedException {
        long from = out.position();
        HttpResponse<Flow.Publisher<List<ByteBuffer>>> response =
                get(HttpRequest.newBuilder(uri).header("Range", "bytes=%d-%d".formatted(from, out.end() - 1)));
        boolean isRange = response.statusCode() == 206
                && response.headers()
                        .firstValue("Content-Range")
                        .filter(range -> range.startsWith("bytes " + from + "-"))
                        .isPresent();
        if (!isRange && response.statusCode() != 200) {
            discard(response);
            throw new IOException("%s answered with status %d: expected 206 from byte %d, or 200"
                    .formatted(uri, response.statusCode(), from));
        }
        out.skip(isRange ? 0 : from);
        receive(uri, response, out, isRange ? out.end() - from : fileBytes);
    }

    private HttpResponse<Flow.Publisher<List<ByteBuffer>>> get(HttpRequest.Builder request)
            throws IOException, InterruptedException {
        return http.send(request.timeout(SILENCE).build(), HttpResponse.BodyHandlers.ofPublisher());
    }

    private static void discard(HttpResponse<Flow.Publisher<List<ByteBuffer>>> response) {
        response.body().subscribe(new Receiver(Channels.newChannel(OutputStream.nullOutputStream()), 0));
    }

    /** Waits until the body is written, or nothing came for too long, or too much came. */
    private static void receive(
            URI uri, HttpResponse<Flow.Publisher<List<ByteBuffer>>> response, WritableByteChannel out, long maxBytes)
            throws IOException, InterruptedException {
        Receiver receiver = new Receiver(out, maxBytes);
        response.body().subscribe(receiver);
        try {
            long seen = -1;
            while (true) {
                try {
                    receiver.done.get(SILENCE.toSeconds(), TimeUnit.SECONDS);
                    return;
                } catch (TimeoutException e) {
                    if (receiver.received.get() == seen) {
                        throw new HttpTimeoutException(
                                "%s sent nothing for %d seconds".formatted(uri, SILENCE.toSeconds()));
                    }
                    seen = receiver.received.get();
                }
            }
        } catch (ExecutionException e) {
            Throwable cause = Objects.requireNonNullElse(e.getCause(), e);
            if (cause instanceof SegmentWriter.DamagedException damaged) {
                throw damaged.again();
            }
            if (cause instanceof TooMuchException) {
                throw new InvalidPackageException(
                        "%s sent more than the expected %d bytes".formatted(uri, maxBytes), e);
            }
            throw new IOException("%s: %s".formatted(uri, cause.getMessage()), e);
        } finally {
            receiver.stop();
        }
    }

    private static final class TooMuchException extends IOException {}

    /** Writes what comes; asks for more only when that is done. */
    private static final class Receiver implements Flow.Subscriber<List<ByteBuffer>> {
        final CompletableFuture<Void> done = new CompletableFuture<>();
        final AtomicLong received = new AtomicLong();
        private volatile Flow.@Nullable Subscription subscription;
        private final WritableByteChannel out;
        private final long maxBytes;

        Receiver(WritableByteChannel out, long maxBytes) {
            this.out = out;
            this.maxBytes = maxBytes;
        }

        @Override
        public void onSubscribe(Flow.Subscription begun) {
            subscription = begun;
            begun.request(1);
        }

        @Override
        public synchronized void onNext(List<ByteBuffer> buffers) {
            Flow.Subscription current = subscription;
            if (done.isDone() || current == null) {
                return;
            }
            try {
                for (ByteBuffer buffer : buffers) {
                    if (received.addAndGet(buffer.remaining()) > maxBytes) {
                        throw new TooMuchException();
                    }
                    while (buffer.hasRemaining()) {
                        out.write(buffer);
                    }
                }
                if (out.isOpen() || received.get() == maxBytes) {
                    current.request(1);
                } else {
                    current.cancel();
                    done.complete(null);
                }
            } catch (IOException e) {
                current.cancel();
                done.completeExceptionally(e);
            }
        }

        @Override
        public void onError(Throwable failure) {
            done.completeExceptionally(failure);
        }

        @Override
        public void onComplete() {
            done.complete(null);
        }

        /** When this returns, nothing is written any more. */
        synchronized void stop() {
            if (!done.isDone()) {
                done.cancel(false);
            }
            Flow.Subscription begun = subscription;
            if (begun != null) {
                begun.cancel();
            }
        }
    }
}
