package dev.baton.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import javax.imageio.ImageIO;
import org.assertj.core.api.Assertions;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Questions about servers and models, inputs checked against the answers, pictures, provenance. */
final class ModelsTest {
    private final TestingServer server = TestingServer.start();
    private final BatonClient client = Requests.quick(server.address()).build();

    @AfterEach
    void close() {
        client.close();
        server.close();
    }

    @Test
    void serverAndModelsAreDescribed() {
        assertThat(client.isLive()).isTrue();
        assertThat(client.isReady()).isTrue();
        assertThat(client.isReady(TestingServer.MODEL)).isTrue();
        assertThat(client.isReady("no-such-model")).isFalse();
        assertThat(client.serverMetadata().name()).isEqualTo("testing");
        assertThat(client.serverMetadata().extensions()).containsExactly("statistics");
        assertThat(client.modelMetadata(TestingServer.MODEL).inputs())
                .containsExactly(new TensorMetadata("image", Datatype.FP32, Shape.of(1, 3, -1, -1)));
        assertThat(client.models())
                .containsExactly(
                        new ListedModel(TestingServer.MODEL, "1", "READY", ""),
                        new ListedModel("large", "", "LOADING", "40 of 90 MB"));
        assertThat(client.models()).extracting(ListedModel::isReady).containsExactly(true, false);
    }

    @Test
    void nobodyThereIsNotReady() {
        try (BatonClient lonely = Requests.quick(TestingServer.deadAddress()).build()) {
            assertThat(lonely.isLive()).isFalse();
            assertThat(lonely.isReady(TestingServer.MODEL)).isFalse();
        }
    }

    @Test
    void wrongInputsAreRefusedHereOnceTheModelIsKnown() {
        InferenceRequest wrong =
                InferenceRequest.of(TestingServer.MODEL, InferenceInput.fp32("image", Shape.of(1, 1, 1, 1), 1));
        client.infer(wrong);
        client.modelMetadata(TestingServer.MODEL);
        server.requests.clear();

        assertRefused(
                client, wrong, "input 'image' of model 'echo' is FP32 [1, 1, 1, 1], expected FP32 [1, 3, -1, -1]");
        assertRefused(
                client,
                InferenceRequest.of(TestingServer.MODEL, InferenceInput.int32("image", Shape.of(1, 3, 1, 1), 1, 2, 3)),
                "is INT32 [1, 3, 1, 1], expected FP32");
        assertRefused(
                client, Requests.numbers(1), "model 'echo' has no input 'x'; it takes [image FP32 [1, 3, -1, -1]]");
        assertRefused(
                client,
                InferenceRequest.to(TestingServer.MODEL)
                        .input(InferenceInput.fp32("image", Shape.of(1, 3, 1, 1), 1, 2, 3))
                        .output("depth")
                        .build(),
                "model 'echo' has no output 'depth'; it gives [image FP32");
        assertThat(server.requests).isEmpty();
        client.infer(InferenceRequest.of(
                TestingServer.MODEL, InferenceInput.strings("image", Shape.of(1), "may be a picture")));
    }

    @Test
    void modelsThatChangedAreAskedForBeforeAnInputIsRefused() {
        client.modelMetadata(TestingServer.MODEL);
        server.metadata = TestingServer.metadata("x", "FP32", -1);

        assertThat(client.infer(Requests.numbers(1, 2)).output().toFloats()).containsExactly(1, 2);
    }

    @Test
    void inputsMayBeCheckedFromTheFirstRequestOn() {
        try (BatonClient careful =
                Requests.quick(server.address()).checkInputs().build()) {
            assertRefused(careful, Requests.numbers(1), "has no input 'x'");
            assertThat(server.requests).isEmpty();
        }
    }

    private static void assertRefused(BatonClient client, InferenceRequest request, String why) {
        BatonException refused = catchThrowableOfType(BatonException.class, () -> client.infer(request));
        assertThat(refused).isInstanceOf(BatonException.InvalidInput.class).hasMessageContaining(why);
        assertThat(refused.attempts()).isEmpty();
    }

    @Test
    void picturesAreSentAsTheyAre(@TempDir Path folder) throws IOException, InterruptedException {
        BufferedImage image = new BufferedImage(20, 10, BufferedImage.TYPE_INT_ARGB);
        Graphics2D graphics = image.createGraphics();
        graphics.setColor(Color.RED);
        graphics.fillRect(0, 0, 20, 10);
        graphics.dispose();
        Path file = folder.resolve("red.png");
        ImageIO.write(image, "png", file.toFile());
        byte[] bytes = Files.readAllBytes(file);

        InferenceResult result = client.infer(TestingServer.MODEL, Picture.of(file));

        assertThat(result.output("image").datatype()).isEqualTo(Datatype.BYTES);
        assertThat(result.output("image").shape()).isEqualTo(Shape.of(1));
        byte[] sent = new byte[bytes.length];
        result.output("image").toBytes().getFirst().get(sent);
        assertThat(sent).isEqualTo(bytes);
        assertThat(server.awaitRequest().getRawInputContents(0).size()).isEqualTo(4 + bytes.length);
        client.infer(TestingServer.MODEL, Picture.of(bytes));
        assertThat(server.headers).as("metadata is asked for once").hasSize(3);
    }

    @Test
    void imagesAreEncoded() throws IOException {
        BufferedImage image = new BufferedImage(32, 16, BufferedImage.TYPE_INT_ARGB);
        for (int x = 0; x < 32; x++) {
            for (int y = 0; y < 16; y++) {
                image.setRGB(x, y, 0xff000000 | x << 18 | y << 10);
            }
        }
        Picture png = Picture.png(image);
        Picture jpeg = Picture.jpeg(image, 0.9);

        assertThat(png.mediaType()).isEqualTo("image/png");
        assertThat(decoded(png).getRGB(7, 3)).isEqualTo(image.getRGB(7, 3));
        assertThat(jpeg.mediaType()).isEqualTo("image/jpeg");
        assertThat(decoded(jpeg).getColorModel().hasAlpha()).isFalse();
        assertThat(new Color(decoded(jpeg).getRGB(16, 8)).getRed()).isBetween(44, 84);
        Assertions.assertThatIllegalArgumentException()
                .isThrownBy(() -> Picture.jpeg(image, 2))
                .withMessageContaining("JPEG quality 2.0");
        Assertions.assertThatIllegalArgumentException()
                .isThrownBy(() -> Picture.of("GIF89a".getBytes(StandardCharsets.US_ASCII)))
                .withMessageContaining("neither JPEG nor PNG: 6 bytes that begin with '474946383961'");
    }

    private static BufferedImage decoded(Picture picture) throws IOException {
        byte[] bytes = new byte[picture.data().remaining()];
        picture.data().get(bytes);
        return ImageIO.read(new java.io.ByteArrayInputStream(bytes));
    }

    @Test
    void provenanceIsRead() {
        InferenceResult result = client.infer(InferenceRequest.to(TestingServer.MODEL)
                .input(InferenceInput.fp32("x", Shape.of(1), 1))
                .parameter("baton_placement", "split:3")
                .parameter("baton_split_point", 3)
                .parameter("baton_codec", "int8+zstd")
                .parameter("baton_plan_epoch", 12)
                .parameter("baton_bytes_sent", 4_711)
                .parameter("baton_completed_by", "cloud")
                .parameter("baton_reason", "least latency")
                .parameter("baton_tail", "tail-1")
                .parameter("baton_device", "raspberry-pi-4")
                .parameter("baton_head_ms", "1.500")
                .parameter("baton_network_ms", "2.250")
                .parameter("baton_local_ms", "0.000")
                .parameter("baton_other_ms", "-0.001")
                .parameter("baton_total_ms", "3.749")
                .parameter("baton_joules", "0.012000")
                .parameter("baton_of_tomorrow", "yes")
                .build());

        Provenance provenance = result.provenance().orElseThrow();
        assertThat(provenance.placement()).isEqualTo("split:3");
        assertThat(provenance.splitPoint()).isEqualTo(3);
        assertThat(provenance.codec()).contains("int8+zstd");
        assertThat(provenance.planEpoch()).isEqualTo(12);
        assertThat(provenance.bytesSent()).isEqualTo(4_711);
        assertThat(provenance.completedBy()).isEqualTo(Provenance.CompletedBy.CLOUD);
        assertThat(provenance.reason()).isEqualTo("least latency");
        assertThat(provenance.tail()).contains("tail-1");
        assertThat(provenance.device()).isEqualTo("raspberry-pi-4");
        assertThat(provenance.stageMillis().keySet()).containsExactly("head", "network", "other");
        assertThat(provenance.stageMillis("network")).isEqualTo(2.25);
        assertThat(provenance.stageMillis("local")).isZero();
        assertThat(provenance.totalMillis()).isEqualTo(3.749);
        assertThat(provenance.joules()).hasValue(0.012);
        assertThat(provenance)
                .hasToString("split:3 int8+zstd, completed by the cloud, 4711 bytes sent,"
                        + " 3.749 ms {head=1.5, network=2.25, other=-0.001}: least latency");
        assertThat(result.parameters()).containsEntry("baton_of_tomorrow", "yes");
    }
}
