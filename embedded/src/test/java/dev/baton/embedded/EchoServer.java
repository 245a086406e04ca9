package dev.baton.embedded;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** Sends back what it reads; of what begins with {@link #SINK} only one byte, at its end. */
final class EchoServer implements AutoCloseable {

    static final byte SINK = 42;

    private final ServerSocket listener;
    private final Set<Socket> open = ConcurrentHashMap.newKeySet();
    private final CountDownLatch connected = new CountDownLatch(1);

    EchoServer() throws IOException {
        listener = new ServerSocket();
        listener.bind(FreePorts.local(0));
        Thread.ofVirtual().start(this::accept);
    }

    InetSocketAddress address() {
        return FreePorts.local(listener.getLocalPort());
    }

    void awaitConnection() throws InterruptedException {
        if (!connected.await(10, TimeUnit.SECONDS)) {
            throw new IllegalStateException("nobody connected");
        }
    }

    private void accept() {
        while (!listener.isClosed()) {
            try {
                Socket socket = listener.accept();
                open.add(socket);
                connected.countDown();
                Thread.ofVirtual().start(() -> serve(socket));
            } catch (IOException e) {
                if (!listener.isClosed()) {
                    throw new UncheckedIOException(e);
                }
            }
        }
    }

    private static void serve(Socket socket) {
        try (socket) {
            InputStream in = socket.getInputStream();
            OutputStream out = socket.getOutputStream();
            byte[] buffer = new byte[64 * 1024];
            int read = in.read(buffer);
            if (read > 0 && buffer[0] == SINK) {
                in.transferTo(OutputStream.nullOutputStream());
                out.write(1);
                return;
            }
            for (; read >= 0; read = in.read(buffer)) {
                out.write(buffer, 0, read);
            }
        } catch (IOException clientWentAway) {
            return;
        }
    }

    @Override
    public void close() throws IOException {
        listener.close();
        for (Socket socket : open) {
            socket.close();
        }
    }
}
