package dev.baton.localstack;

import dev.baton.embedded.FreePorts;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Where everything listens, on 127.0.0.1.
 *
 * @param orchestrator HTTP
 * @param kafka        for the orchestrator and the tails
 * @param edgeKafka    for edge nodes: the emulated link
 * @param brokerEdge   where the link ends: the broker's listener for edge nodes
 * @param redis        Redis
 * @param edges        one for each edge node
 * @param tails        HTTP, one for each tail
 */
public record StackPorts(
        int orchestrator,
        int kafka,
        int edgeKafka,
        int brokerEdge,
        int redis,
        List<EdgePorts> edges,
        List<Integer> tails) {

    /** An edge node's gRPC endpoint for clients, and HTTP for health. */
    public record EdgePorts(int grpc, int http) {}

    public StackPorts {
        edges = List.copyOf(edges);
        tails = List.copyOf(tails);
    }

    /** Ports that nobody uses at the moment. */
    public static StackPorts free(int edges, int tails) {
        List<Integer> free = new ArrayList<>(FreePorts.find(5 + 2 * edges + tails));
        List<EdgePorts> edgePorts = new ArrayList<>();
        for (int i = 0; i < edges; i++) {
            edgePorts.add(new EdgePorts(free.removeLast(), free.removeLast()));
        }
        List<Integer> tailPorts = new ArrayList<>();
        for (int i = 0; i < tails; i++) {
            tailPorts.add(free.removeLast());
        }
        return new StackPorts(free.get(0), free.get(1), free.get(2), free.get(3), free.get(4), edgePorts, tailPorts);
    }

    /**
     * @throws IllegalArgumentException when two parts want the same port
     * @throws StackException           naming the port, who wanted it and the flag that moves it
     */
    void requireFree() {
        Map<Integer, Wish> wishes = new LinkedHashMap<>();
        claim(wishes, orchestrator, new Wish("the orchestrator", "--orchestrator-port"));
        claim(wishes, kafka, new Wish("the Kafka broker", "--kafka-port"));
        claim(wishes, edgeKafka, new Wish("the link to the broker", "--edge-kafka-port"));
        claim(wishes, brokerEdge, new Wish("the broker's edge listener", "--kafka-port"));
        claim(wishes, redis, new Wish("Redis", "--redis-port"));
        for (int i = 0; i < edges.size(); i++) {
            claim(wishes, edges.get(i).grpc(), new Wish("edge-" + (i + 1) + " (gRPC)", "--edge-port"));
            claim(wishes, edges.get(i).http(), new Wish("edge-" + (i + 1) + " (HTTP)", "--edge-http-port"));
        }
        for (int i = 0; i < tails.size(); i++) {
            claim(wishes, tails.get(i), new Wish("tail-" + (i + 1), "--tail-port"));
        }
        wishes.forEach((port, wish) -> {
            if (isTaken(port)) {
                throw new StackException(("port %d, wanted by %s, is taken: stop what listens there,"
                                + " choose another port with %s, or any free ones with --free-ports")
                        .formatted(port, wish.who(), wish.flag()));
            }
        });
    }

    private record Wish(String who, String flag) {}

    private static void claim(Map<Integer, Wish> wishes, int port, Wish wish) {
        if (port < 1 || port > 65535) {
            throw new IllegalArgumentException(
                    "port %d for %s: expected 1 to 65535 (%s)".formatted(port, wish.who(), wish.flag()));
        }
        Wish other = wishes.put(port, wish);
        if (other != null) {
            throw new IllegalArgumentException("%s and %s cannot both have port %d: change %s or %s"
                    .formatted(other.who(), wish.who(), port, other.flag(), wish.flag()));
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
