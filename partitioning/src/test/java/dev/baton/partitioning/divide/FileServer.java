package dev.baton.partitioning.divide;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.concurrent.Executors;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Serves the files of a directory with ranges, whatever their size. */
final class FileServer implements AutoCloseable {
    private static final Pattern RANGE = Pattern.compile("bytes=([0-9]+)-([0-9]*)");

    private final HttpServer http;

    FileServer(Path directory) throws IOException {
        this.http = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        http.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        http.createContext("/", exchange -> {
            try (exchange;
                    FileChannel file = FileChannel.open(
                            directory.resolve(exchange.getRequestURI().getPath().substring(1)))) {
                String header = exchange.getRequestHeaders().getFirst("Range");
                Matcher range = RANGE.matcher(header == null ? "" : header);
                boolean isRange = range.matches();
                long from = isRange ? Long.parseLong(range.group(1)) : 0;
                long end = isRange && !range.group(2).isEmpty() ? Long.parseLong(range.group(2)) + 1 : file.size();
                if (isRange) {
                    exchange.getResponseHeaders()
                            .set("Content-Range", "bytes %d-%d/%d".formatted(from, end - 1, file.size()));
                }
                exchange.sendResponseHeaders(isRange ? 206 : 200, end - from);
                copy(file, from, end, exchange.getResponseBody());
            }
        });
        http.start();
    }

    private static void copy(FileChannel file, long from, long end, OutputStream out) throws IOException {
        ByteBuffer chunk = ByteBuffer.allocate(1 << 16);
        for (long position = from; position < end; ) {
            chunk.clear().limit((int) Math.min(chunk.capacity(), end - position));
            position += file.read(chunk, position);
            out.write(chunk.array(), 0, chunk.position());
        }
    }

    URI uri() {
        return URI.create("http://127.0.0.1:" + http.getAddress().getPort() + "/");
    }

    @Override
    public void close() {
        http.stop(0);
    }
}
