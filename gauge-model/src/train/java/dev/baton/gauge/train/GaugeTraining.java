package dev.baton.gauge.train;

import dev.baton.gauge.DesignSet;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The commands of the training program. */
public final class GaugeTraining {
    private static final String HELP =
            """
            render     draw the training pictures into --cache (--count=60000)
            train      learn for --minutes=40 at most at --rate=0.002, with --workers=2 threads, to --checkpoint
                       (--from=CHECKPOINT continues; --freeze=stem,stage1 leaves layers as they are)
            export     write --checkpoint to --model as ONNX, and check that it computes the same
            evaluate   measure --model on --count=1000 pictures of each held-out set
            pictures   draw --count=120 held-out pictures and their list into --pictures
            table      print the layers of the network with parameters and multiply-accumulates
            """;

    private GaugeTraining() {}

    public static void main(String[] arguments) throws Exception {
        Map<String, String> options = new HashMap<>();
        String command = "help";
        for (String argument : arguments) {
            if (argument.startsWith("--") && argument.contains("=")) {
                int equals = argument.indexOf('=');
                options.put(argument.substring(2, equals), argument.substring(equals + 1));
            } else {
                command = argument;
            }
        }
        Path cache = Path.of(options.getOrDefault("cache", "target/gauge-cache"));
        Path checkpoint = Path.of(options.getOrDefault("checkpoint", cache + "/gauge.weights"));
        Path model = Path.of(options.getOrDefault("model", "model/gauge.onnx"));
        switch (command) {
            case "render" ->
                new PictureCache(cache, DesignSet.TRAINING)
                        .fill(Integer.parseInt(options.getOrDefault("count", "60000")));
            case "train" -> {
                Trainer trainer = new Trainer(
                        new PictureCache(cache, DesignSet.TRAINING),
                        Duration.ofSeconds((long) (60 * Double.parseDouble(options.getOrDefault("minutes", "40")))),
                        Double.parseDouble(options.getOrDefault("rate", "0.002")),
                        Integer.parseInt(options.getOrDefault("workers", "2")));
                String from = options.get("from");
                if (from != null) {
                    trainer.resume(Weights.read(Path.of(from)));
                }
                String frozen = options.get("freeze");
                if (frozen != null) {
                    trainer.freeze(List.of(frozen.split(",", -1)));
                }
                trainer.train(checkpoint);
            }
            case "export" -> Export.write(checkpoint, model);
            case "evaluate" -> Evaluation.print(model, Integer.parseInt(options.getOrDefault("count", "1000")));
            case "pictures" ->
                PictureSet.write(
                        Path.of(options.getOrDefault("pictures", "pictures")),
                        Integer.parseInt(options.getOrDefault("count", "120")));
            case "table" -> System.out.print(LayerTable.ofNetwork());
            default -> System.out.print(HELP);
        }
        System.out.flush();
        // Loader threads and libtorch's pool need no farewell.
        Runtime.getRuntime().halt(0);
    }
}
