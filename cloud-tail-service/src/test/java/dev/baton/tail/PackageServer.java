package dev.baton.tail;

import com.sun.net.httpserver.HttpServer;
import com.sun.net.httpserver.SimpleFileServer;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Path;

/** Serves split packages as the orchestrator does, from directories named by their version. */
final class PackageServer implements AutoCloseable {

    private final HttpServer server;

    PackageServer(Path root) {
        server = SimpleFileServer.createFileServer(
                new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), root, SimpleFileServer.OutputLevel.NONE);
        server.start();
    }

    URI urlOf(String directory) {
        return URI.create("http://127.0.0.1:%d/%s".formatted(server.getAddress().getPort(), directory));
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
