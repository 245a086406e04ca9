package dev.baton.partitioning;

/** Where a request runs: everything on the edge node, everything in the cloud, or divided at a split point. */
public sealed interface Placement {
    /** The name used in plans, parameters and flags: {@code edge-only}, {@code cloud-only} or {@code split:7}. */
    String id();

    /** The whole model on the edge node. */
    record EdgeOnly() implements Placement {
        @Override
        public String id() {
            return "edge-only";
        }
    }

    /** The whole model in the cloud. */
    record CloudOnly() implements Placement {
        @Override
        public String id() {
            return "cloud-only";
        }
    }

    /**
     * The head on the edge node, the tail in the cloud.
     *
     * @param splitPoint index in the split package's manifest; 0 is {@link CloudOnly} and therefore not a split
     */
    record Split(int splitPoint) implements Placement {
        public Split {
            if (splitPoint < 1) {
                throw new IllegalArgumentException(
                        "split point %d: expected 1 or more (0 is cloud-only)".formatted(splitPoint));
            }
        }

        @Override
        public String id() {
            return "split:" + splitPoint;
        }
    }

    /** The placement that {@link #id()} names. */
    static Placement parse(String id) {
        return switch (id) {
            case "edge-only" -> new EdgeOnly();
            case "cloud-only" -> new CloudOnly();
            default -> parseSplit(id);
        };
    }

    private static Placement parseSplit(String id) {
        String number = id.startsWith("split:") ? id.substring("split:".length()) : "";
        if (!number.matches("[1-9][0-9]{0,8}")) {
            throw new IllegalArgumentException(
                    "placement '%s': expected edge-only, cloud-only or split:N with N of 1 or more".formatted(id));
        }
        return new Split(Integer.parseInt(number));
    }
}
