package dev.baton.localstack;

import dev.baton.embedded.FreePorts;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Where everything listens, on 127.0.0.1.
 *
 * @param orchestrator HTTP
 * @param kafka        for the orchestrator and the tails
 * @param links        of edge nodes to the broker: one that all share, or one for each edge node
 * @param redis        Redis
 * @param edges        one for each edge node
 * @param tails        HTTP, one for each tail
 */
public record StackPorts(
        int orchestrator, int kafka, List<LinkPorts> links, int redis, List<EdgePorts> edges, List<Integer> tails) {

    /** An edge node's gRPC endpoint for clients, and HTTP for health. */
    public record EdgePorts(int grpc, int http) {}

    /**
     * An emulated link.
     *
     * @param edge   where edge nodes reach the broker
     * @param broker where the link ends: the broker's listener for them
     */
    public record LinkPorts(int edge, int broker) {}

    public StackPorts {
        links = List.copyOf(links);
        edges = List.copyOf(edges);
        tails = List.copyOf(tails);
        if (links.size() != 1 && links.size() != edges.size()) {
            throw new IllegalArgumentException(
                    "%d links for %d edge nodes: expected one, or one for each".formatted(links.size(), edges.size()));
        }
        requireDistinct(wishes(orchestrator, kafka, links, redis, edges, tails));
    }

    /** Ports that nobody uses at the moment; the edge nodes share one link. */
    public static StackPorts free(int edges, int tails) {
        return free(edges, tails, 1);
    }

    /** Ports that nobody uses at the moment; each edge node has a link of its own. */
    public static StackPorts freeWithOwnLinks(int edges, int tails) {
        return free(edges, tails, edges);
    }

    private static StackPorts free(int edges, int tails, int links) {
        List<Integer> free = new ArrayList<>(FreePorts.find(3 + 2 * links + 2 * edges + tails));
        List<LinkPorts> linkPorts = new ArrayList<>();
        for (int i = 0; i < links; i++) {
            linkPorts.add(new LinkPorts(free.removeLast(), free.removeLast()));
        }
        List<EdgePorts> edgePorts = new ArrayList<>();
        for (int i = 0; i < edges; i++) {
            edgePorts.add(new EdgePorts(free.removeLast(), free.removeLast()));
        }
        List<Integer> tailPorts = new ArrayList<>();
        for (int i = 0; i < tails; i++) {
            tailPorts.add(free.removeLast());
        }
        return new StackPorts(free.get(0), free.get(1), linkPorts, free.get(2), edgePorts, tailPorts);
    }

    /** The link of an edge node, counted from 1. */
    LinkPorts link(int edge) {
        return links.get(links.size() == 1 ? 0 : edge - 1);
    }

    /** Throws a {@link StackException} that names a port somebody else listens on, who wanted it and the flag that moves it. */
    void requireFree() {
        for (Wish wish : wishes(orchestrator, kafka, links, redis, edges, tails)) {
            if (isTaken(wish.port())) {
                throw new StackException(("port %d, wanted by %s, is taken: stop what listens there,"
                                + " choose another port with %s, or any free ones with --free-ports")
                        .formatted(wish.port(), wish.who(), wish.flag()));
            }
        }
    }

    /** A port with its user and the flag that moves it. */
    private record Wish(int port, String who, String flag) {
        Wish {
            if (port < 1 || port > 65535) {
                throw new IllegalArgumentException(
                        "port %d for %s: expected 1 to 65535 (%s)".formatted(port, who, flag));
            }
        }
    }

    private static List<Wish> wishes(
            int orchestrator, int kafka, List<LinkPorts> links, int redis, List<EdgePorts> edges, List<Integer> tails) {
        List<Wish> wishes = new ArrayList<>(List.of(
                new Wish(orchestrator, "the orchestrator", "--orchestrator-port"),
                new Wish(kafka, "the Kafka broker", "--kafka-port"),
                new Wish(redis, "Redis", "--redis-port")));
        for (LinkPorts link : links) {
            wishes.add(new Wish(link.edge(), "the link to the broker", "--edge-kafka-port"));
            wishes.add(new Wish(link.broker(), "the broker's edge listener", "--kafka-port"));
        }
        for (int i = 0; i < edges.size(); i++) {
            wishes.add(new Wish(edges.get(i).grpc(), "edge-%d (gRPC)".formatted(i + 1), "--edge-port"));
            wishes.add(new Wish(edges.get(i).http(), "edge-%d (HTTP)".formatted(i + 1), "--edge-http-port"));
        }
        for (int i = 0; i < tails.size(); i++) {
            wishes.add(new Wish(tails.get(i), "tail-" + (i + 1), "--tail-port"));
        }
        return wishes;
    }

    private static void requireDistinct(List<Wish> wishes) {
        Map<Integer, Wish> byPort = new HashMap<>();
        for (Wish wish : wishes) {
            Wish other = byPort.put(wish.port(), wish);
            if (other != null) {
                throw new IllegalArgumentException("%s and %s cannot both have port %d: change %s or %s"
                        .formatted(other.who(), wish.who(), wish.port(), other.flag(), wish.flag()));
            }
        }
    }

    private static boolean isTaken(int port) {
        try (ServerSocket socket = new ServerSocket()) {
            socket.setReuseAddress(true);
            socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
            return false;
        } catch (IOException taken) {
            return true;
        }
    }
}
