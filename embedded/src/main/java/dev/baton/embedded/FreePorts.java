package dev.baton.embedded;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.ArrayList;
import java.util.List;

/** TCP ports of 127.0.0.1 that nobody uses at the moment they are asked for. */
public final class FreePorts {

    static final String HOST = "127.0.0.1";

    private FreePorts() {}

    /** {@code count} distinct free ports. Another process may still take one before its user binds it. */
    public static List<Integer> find(int count) {
        List<ServerSocket> held = new ArrayList<>(count);
        try {
            for (int i = 0; i < count; i++) {
                held.add(listen(0));
            }
            return held.stream().map(ServerSocket::getLocalPort).toList();
        } catch (IOException e) {
            throw new UncheckedIOException("no free TCP port on " + HOST, e);
        } finally {
            held.forEach(FreePorts::close);
        }
    }

    /** One free port. */
    public static int find() {
        return find(1).getFirst();
    }

    /** Throws unless {@code port} can be listened on now by {@code user}, a name for people. */
    static void requireFree(int port, String user) {
        try {
            close(listen(port));
        } catch (BindException e) {
            throw new PortTakenException(port, user, e);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot listen on port %d for %s".formatted(port, user), e);
        }
    }

    static InetSocketAddress local(int port) {
        return new InetSocketAddress(InetAddress.ofLiteral(HOST), port);
    }

    static int requirePort(int port, String what) {
        if (port < 1 || port > 65535) {
            throw new IllegalArgumentException(what + " must be between 1 and 65535, is " + port);
        }
        return port;
    }

    private static ServerSocket listen(int port) throws IOException {
        ServerSocket socket = new ServerSocket();
        try {
            socket.setReuseAddress(true);
            socket.bind(local(port));
            return socket;
        } catch (IOException e) {
            socket.close();
            throw e;
        }
    }

    private static void close(ServerSocket socket) {
        try {
            socket.close();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot close a listening socket", e);
        }
    }
}
