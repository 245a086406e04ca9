package dev.baton.client;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import dev.baton.schemas.inference.ModelInferResponse;
import dev.baton.schemas.inference.ModelInferResponse.InferOutputTensor;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import javax.imageio.ImageIO;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Java in the README and on the SDK's page compiles for Java 17, and the README's does what it says. */
final class SnippetsTest {
    private static final Path HOME = Path.of(System.getProperty("baton.home", ".."));
    private static final Pattern BLOCK = Pattern.compile("(?s)```java\n(.*?)```");
    private static final String IMPORTS = """
            import dev.baton.client.*;
            import io.opentelemetry.api.GlobalOpenTelemetry;
            import java.nio.*;
            import java.nio.file.Path;
            import java.time.Duration;
            import java.util.*;
            import java.util.concurrent.*;
            """;

    @TempDir
    private Path folder;

    @Test
    void snippetOfTheReadmeReadsAGauge() throws Exception {
        Path dial = folder.resolve("dial.png");
        ImageIO.write(new BufferedImage(4, 4, BufferedImage.TYPE_INT_RGB), "png", dial.toFile());
        List<String> blocks = blocks("README.md");
        assertThat(blocks).hasSize(1);
        try (TestingServer server = TestingServer.start()) {
            server.behaviour = (request, answer) -> {
                answer.onNext(ModelInferResponse.newBuilder()
                        .putParameters("baton_placement", TestingServer.text("edge-only"))
                        .putParameters("baton_reason", TestingServer.text("least latency"))
                        .addOutputs(InferOutputTensor.newBuilder()
                                .setName("reading")
                                .setDatatype("FP32")
                                .addShape(1)
                                .addShape(1))
                        .addRawOutputContents(ByteString.copyFrom(new byte[] {0, 0, 0, 0x3f}))
                        .build());
                answer.onCompleted();
            };
            String code = blocks.getFirst()
                    .replace("127.0.0.1:8001", server.address())
                    .replaceAll("gauge-model/pictures/[^\"]+", dial.toString());
            assertThat(printedBy(compile(List.of(code), "")))
                    .isEqualTo("0.5\nedge-only, completed by the edge, 0 bytes sent, 0.000 ms {}: least latency\n");
        }
    }

    @Test
    void pictureInTheReadmeIsThere() throws IOException {
        var named = Pattern.compile("gauge-model/pictures/[^\"]+")
                .matcher(blocks("README.md").getFirst());
        assertThat(named.find()).isTrue();
        assertThat(HOME.resolve(named.group())).exists();
    }

    @Test
    void snippetsOfTheSdksPageCompile() throws Exception {
        List<String> blocks = blocks("docs/client-sdk.md");
        assertThat(blocks).hasSizeGreaterThan(6);
        compile(blocks, "BatonClient baton, Path picture");
    }

    private static List<String> blocks(String file) throws IOException {
        return BLOCK.matcher(Files.readString(HOME.resolve(file)))
                .results()
                .map((MatchResult block) -> block.group(1))
                .toList();
    }

    /** One method for each block. */
    private Path compile(List<String> blocks, String parameters) throws IOException {
        StringBuilder source = new StringBuilder(IMPORTS).append("public final class Snippets {\n");
        for (int i = 0; i < blocks.size(); i++) {
            source.append("public static void snippet%d(%s) throws Exception {\n%s}\n"
                    .formatted(i, parameters, blocks.get(i)));
        }
        Path java = Files.writeString(folder.resolve("Snippets.java"), source.append("}\n"));
        ByteArrayOutputStream messages = new ByteArrayOutputStream();
        int failed = ToolProvider.getSystemJavaCompiler()
                .run(
                        null,
                        messages,
                        messages,
                        "--release",
                        "17",
                        "-proc:none",
                        "-classpath",
                        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
                        "-d",
                        folder.toString(),
                        java.toString());
        assertThat(failed).as(messages.toString(StandardCharsets.UTF_8)).isZero();
        return folder;
    }

    private static String printedBy(Path classes) throws Exception {
        PrintStream before = System.out;
        ByteArrayOutputStream printed = new ByteArrayOutputStream();
        try (URLClassLoader loader =
                new URLClassLoader(new URL[] {classes.toUri().toURL()}, SnippetsTest.class.getClassLoader())) {
            System.setOut(new PrintStream(printed, true, StandardCharsets.UTF_8));
            loader.loadClass("Snippets").getMethod("snippet0").invoke(null);
        } finally {
            System.setOut(before);
        }
        return printed.toString(StandardCharsets.UTF_8);
    }
}
