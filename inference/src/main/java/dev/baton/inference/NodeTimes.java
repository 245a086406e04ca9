package dev.baton.inference;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Reads what ONNX Runtime wrote while profiling: a Chrome trace, an array with one event for each node and run. */
final class NodeTimes {

    /** Runs that do not count. */
    static final int WARM_UP_RUNS = 3;

    static final int FEWEST_RUNS = WARM_UP_RUNS + 3;
    /** The engine keeps a million events; few graphs have more than a thousand nodes. */
    static final int MOST_RUNS = 400;

    private static final JsonFactory JSON = new JsonFactory();
    private static final String KERNEL = "_kernel_time";

    private record Key(String node, String kind) {}

    private NodeTimes() {}

    /** The times of each node, in the order in which they ran first. */
    static List<NodeTime> read(Path trace, int warmUpRuns) throws IOException {
        Map<Key, List<Long>> micros = new LinkedHashMap<>();
        int runs = 0;
        try (JsonParser json = JSON.createParser(trace.toFile())) {
            if (json.nextToken() != JsonToken.START_ARRAY) {
                throw new IOException("%s is no trace: expected a list of events".formatted(trace));
            }
            while (json.nextToken() == JsonToken.START_OBJECT) {
                Event event = event(json);
                if (event.name.equals("model_run")) {
                    runs++;
                } else if (event.name.endsWith(KERNEL)) {
                    String node = event.name.substring(0, event.name.length() - KERNEL.length());
                    micros.computeIfAbsent(new Key(node, event.kind), key -> new ArrayList<>())
                            .add(event.micros);
                }
            }
        }
        List<NodeTime> times = new ArrayList<>();
        for (Map.Entry<Key, List<Long>> entry : micros.entrySet()) {
            double[] perRun = perRun(entry.getValue(), runs);
            double[] warm = Arrays.copyOfRange(perRun, Math.min(warmUpRuns, perRun.length - 1), perRun.length);
            times.add(new NodeTime(entry.getKey().node(), entry.getKey().kind(), middle(warm), warm.length));
        }
        return times;
    }

    /** A node inside a loop runs several times a run; its times are added up. */
    private static double[] perRun(List<Long> micros, int runs) {
        int times = runs > 0 && micros.size() % runs == 0 ? micros.size() / runs : 1;
        double[] sums = new double[micros.size() / times];
        for (int i = 0; i < micros.size(); i++) {
            sums[i / times] += micros.get(i);
        }
        return sums;
    }

    /** The mean of the middle half: whole microseconds make the median of a short node coarse, and outliers the mean. */
    private static double middle(double[] values) {
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        int from = sorted.length / 4;
        return Arrays.stream(sorted, from, Math.max(from + 1, sorted.length - from))
                .average()
                .orElse(0);
    }

    private static final class Event {
        private String name = "";
        private String kind = "";
        private long micros;
    }

    private static Event event(JsonParser json) throws IOException {
        Event event = new Event();
        while (json.nextToken() == JsonToken.FIELD_NAME) {
            String field = json.currentName();
            JsonToken value = json.nextToken();
            switch (field) {
                case "name" -> event.name = json.getText();
                case "dur" -> event.micros = json.getLongValue();
                case "args" -> event.kind = kind(json, value);
                default -> json.skipChildren();
            }
        }
        return event;
    }

    private static String kind(JsonParser json, JsonToken begin) throws IOException {
        String kind = "";
        if (begin == JsonToken.START_OBJECT) {
            while (json.nextToken() == JsonToken.FIELD_NAME) {
                String field = json.currentName();
                json.nextToken();
                if (field.equals("op_name")) {
                    kind = json.getText();
                } else {
                    json.skipChildren();
                }
            }
        }
        return kind;
    }
}
