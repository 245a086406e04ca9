package dev.baton.orchestrator.redis;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.zip.DeflaterOutputStream;
import java.util.zip.InflaterInputStream;

/** Text in a tenth of its bytes: JSON with a hundred alternatives says much the same a hundred times. */
final class Deflated {
    private Deflated() {}

    static byte[] of(String text) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (DeflaterOutputStream deflating = new DeflaterOutputStream(bytes)) {
            deflating.write(text.getBytes(StandardCharsets.UTF_8));
        } catch (IOException impossible) {
            throw new UncheckedIOException("memory does not fail to be written", impossible);
        }
        return bytes.toByteArray();
    }

    /** @throws IOException when these are no deflated bytes */
    static String text(byte[] deflated) throws IOException {
        try (InflaterInputStream inflating = new InflaterInputStream(new ByteArrayInputStream(deflated))) {
            return new String(inflating.readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
