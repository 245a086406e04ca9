package dev.baton.openinference.rest;

import com.google.protobuf.ByteString;
import dev.baton.openinference.RequestRefusedException;
import dev.baton.openinference.RequestRefusedException.Reason;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import java.util.zip.DeflaterOutputStream;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;
import java.util.zip.InflaterInputStream;

/** The two compressions of bodies that Triton's clients know. */
enum Compression {
    GZIP,
    DEFLATE;

    static final String CONTENT_ENCODING = "Content-Encoding";
    private static final int CHUNK = 1 << 16;

    String id() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** The first of the two in the header {@code Accept-Encoding} that is not refused there. */
    static Optional<Compression> accepted(String acceptEncoding) {
        for (String choice : acceptEncoding.split(",", -1)) {
            String[] parts = choice.trim().toLowerCase(Locale.ROOT).split(";", -1);
            boolean refused = parts.length > 1 && parts[1].trim().matches("q=0(\\.0*)?");
            Optional<Compression> named = Arrays.stream(values())
                    .filter(compression -> compression.id().equals(parts[0].trim()))
                    .findFirst();
            if (named.isPresent() && !refused) {
                return named;
            }
        }
        return Optional.empty();
    }

    ByteString compressed(ByteString body) {
        ByteString.Output bytes = ByteString.newOutput(body.size() / 4 + 64);
        try (OutputStream out = this == GZIP ? new GZIPOutputStream(bytes) : new DeflaterOutputStream(bytes)) {
            body.writeTo(out);
        } catch (IOException e) {
            throw new UncheckedIOException("compressing in memory failed", e);
        }
        return bytes.toByteString();
    }

    /**
     * The body as it was before {@code contentEncoding}.
     *
     * @param limit of its bytes: a small body may claim to become a huge one
     */
    static ByteBuffer decompressed(ByteBuffer body, String contentEncoding, long limit) {
        String encoding = contentEncoding.trim().toLowerCase(Locale.ROOT);
        if (encoding.equals("identity")) {
            return body;
        }
        Compression compression = Arrays.stream(values())
                .filter(known -> known.id().equals(encoding))
                .findFirst()
                .orElseThrow(() -> RequestRefusedException.invalid(
                        CONTENT_ENCODING,
                        "Content-Encoding '%s' is not known; expected gzip or deflate".formatted(contentEncoding)));
        try (InputStream in = compression.reading(body)) {
            return read(in, limit);
        } catch (IOException e) {
            throw new RequestRefusedException(
                    Reason.INVALID_INPUT, "the body is not %s: %s".formatted(encoding, e.getMessage()), e);
        }
    }

    private InputStream reading(ByteBuffer body) throws IOException {
        InputStream bytes =
                new ByteArrayInputStream(body.array(), body.arrayOffset() + body.position(), body.remaining());
        return this == GZIP ? new GZIPInputStream(bytes, CHUNK) : new InflaterInputStream(bytes);
    }

    private static ByteBuffer read(InputStream in, long limit) throws IOException {
        CollectedBody body = new CollectedBody(limit, -1);
        byte[] chunk = new byte[CHUNK];
        int count = in.read(chunk);
        while (count >= 0) {
            if (!body.add(chunk, count)) {
                throw RestLimits.tooLarge(limit);
            }
            count = in.read(chunk);
        }
        return body.content();
    }
}
