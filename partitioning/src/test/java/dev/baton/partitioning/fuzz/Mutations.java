package dev.baton.partitioning.fuzz;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import com.google.protobuf.ByteString;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor.JavaType;
import com.google.protobuf.Message;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/** Ways to spoil a file, by its bytes and by its meaning; the same seed spoils it the same way. */
final class Mutations {
    private static final long[] NUMBERS = {
        0,
        1,
        -1,
        2,
        7,
        8,
        11,
        16,
        21,
        64,
        255,
        1 << 16,
        Integer.MAX_VALUE,
        Integer.MIN_VALUE,
        1L << 32,
        1L << 40,
        Long.MAX_VALUE,
        Long.MIN_VALUE
    };
    private static final String[] TEXTS = {
        "",
        "x",
        "..",
        "../../../../etc/passwd",
        "/etc/passwd",
        "weights.bin",
        "model.onnx",
        "a\0b",
        "location",
        "offset",
        "length",
        "baton_field",
        "-1",
        "9223372036854775807",
        "99999999999999999999",
        "If",
        "Loop",
        "Constant",
        "Identity",
        "DequantizeLinear",
        "QuantizeLinear",
        "Gather",
        "com.microsoft",
        "\ud83d\ude00",
        "%s%d%n"
    };

    private static final int MOST_ADDED_BYTES = 300_000;

    private final Random random;

    Mutations(Random random) {
        this.random = random;
    }

    /** One of {@code seeds}, changed in one place to a few. */
    byte[] model(List<ModelProto> seeds) {
        ModelProto seed = seeds.get(random.nextInt(seeds.size()));
        if (random.nextInt(4) == 0) {
            byte[] other = seeds.get(random.nextInt(seeds.size())).toByteArray();
            return bytes(seed.toByteArray(), other);
        }
        ModelProto.Builder built = seed.toBuilder();
        for (int changes = 1 + random.nextInt(3); changes > 0; changes--) {
            if (random.nextInt(40) == 0) {
                nest(built, 1 + random.nextInt(400));
            } else {
                change(built);
            }
        }
        byte[] spoilt = built.build().toByteArray();
        return random.nextInt(10) == 0 ? bytes(spoilt, spoilt) : spoilt;
    }

    /** Bits flipped, ends cut off, pieces of another file put in, stretches repeated. */
    byte[] bytes(byte[] original, byte[] other) {
        byte[] bytes = original.clone();
        for (int changes = 1 + random.nextInt(4); changes > 0 && bytes.length > 0; changes--) {
            int at = random.nextInt(bytes.length);
            switch (random.nextInt(5)) {
                case 0 -> bytes[at] ^= (byte) (1 << random.nextInt(8));
                case 1 -> bytes[at] = (byte) random.nextInt(256);
                case 2 -> bytes = Arrays.copyOf(bytes, at);
                case 3 -> bytes = spliced(bytes, at, other, random.nextInt(other.length + 1));
                default -> bytes = repeated(bytes, at, Math.min(bytes.length - at, 1 + random.nextInt(64)));
            }
        }
        return bytes;
    }

    private static byte[] spliced(byte[] head, int at, byte[] tail, int from) {
        byte[] joined = Arrays.copyOf(head, at + tail.length - from);
        System.arraycopy(tail, from, joined, at, tail.length - from);
        return joined;
    }

    private byte[] repeated(byte[] bytes, int at, int length) {
        int times = 1 + random.nextInt(8);
        byte[] longer = Arrays.copyOf(bytes, bytes.length + times * length);
        for (int i = 0; i < times; i++) {
            System.arraycopy(bytes, at, longer, at + (i + 1) * length, length);
        }
        System.arraycopy(bytes, at + length, longer, at + (times + 1) * length, bytes.length - at - length);
        return longer;
    }

    /** A place in a message that a mutation may change. */
    private record Site(Message.Builder parent, FieldDescriptor field) {}

    private void change(ModelProto.Builder model) {
        List<Site> sites = new ArrayList<>();
        collect(model, sites);
        Site site = sites.get(random.nextInt(sites.size()));
        if (site.field().isRepeated()) {
            changeList(site, sites);
        } else if (site.field().getJavaType() == JavaType.MESSAGE || random.nextInt(6) == 0) {
            site.parent().clearField(site.field());
        } else {
            site.parent().setField(site.field(), value(site, sites));
        }
    }

    /** Every field that is set, and every field of numbers whether or not. */
    private static void collect(Message.Builder message, List<Site> sites) {
        for (FieldDescriptor field : message.getAllFields().keySet()) {
            sites.add(new Site(message, field));
            if (field.getJavaType() == JavaType.MESSAGE) {
                if (field.isRepeated()) {
                    for (int i = 0; i < message.getRepeatedFieldCount(field); i++) {
                        collect(message.getRepeatedFieldBuilder(field, i), sites);
                    }
                } else {
                    collect(message.getFieldBuilder(field), sites);
                }
            }
        }
    }

    private void changeList(Site site, List<Site> sites) {
        Message.Builder parent = site.parent();
        FieldDescriptor field = site.field();
        int count = parent.getRepeatedFieldCount(field);
        List<Object> values = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            values.add(parent.getRepeatedField(field, i));
        }
        int at = random.nextInt(count);
        switch (random.nextInt(6)) {
            case 0 -> values.remove(at);
            case 1 -> values.add(random.nextInt(count + 1), values.get(at));
            case 2 -> values.add(values.remove(random.nextInt(count)));
            case 3 -> {
                Object copied = values.get(at);
                int bytes = copied instanceof Message message ? message.getSerializedSize() : 10;
                int copies = random.nextInt(100) == 0 ? 20_000 : random.nextInt(70);
                for (int left = Math.min(copies, MOST_ADDED_BYTES / Math.max(1, bytes)); left > 0; left--) {
                    values.add(copied);
                }
            }
            default -> {
                if (field.getJavaType() == JavaType.MESSAGE) {
                    values.set(at, values.get(random.nextInt(count)));
                } else {
                    values.set(at, value(site, sites));
                }
            }
        }
        parent.setField(field, values);
    }

    private Object value(Site site, List<Site> sites) {
        FieldDescriptor field = site.field();
        return switch (field.getJavaType()) {
            case INT -> (int) number();
            case LONG -> number();
            case FLOAT -> (float) number();
            case DOUBLE -> (double) number();
            case BOOLEAN -> random.nextBoolean();
            case STRING -> text(sites);
            case BYTE_STRING -> ByteString.copyFrom(new byte[random.nextInt(40)]);
            case ENUM -> {
                var values = field.getEnumType().getValues();
                yield values.get(random.nextInt(values.size()));
            }
            case MESSAGE -> throw new IllegalStateException("messages are copied, not made");
        };
    }

    private long number() {
        return random.nextInt(3) == 0
                ? random.nextLong() >> random.nextInt(64)
                : NUMBERS[random.nextInt(NUMBERS.length)];
    }

    /** A name from elsewhere in the file, so that tensors are read that should not be, or a strange one. */
    private String text(List<Site> sites) {
        for (int attempt = 0; attempt < 8; attempt++) {
            Site other = sites.get(random.nextInt(sites.size()));
            if (other.field().getJavaType() == JavaType.STRING && random.nextInt(4) > 0) {
                if (!other.field().isRepeated()) {
                    return (String) other.parent().getField(other.field());
                }
                int count = other.parent().getRepeatedFieldCount(other.field());
                if (count > 0) {
                    return (String) other.parent().getRepeatedField(other.field(), random.nextInt(count));
                }
            }
        }
        return TEXTS[random.nextInt(TEXTS.length)];
    }

    /** Puts the first operators into so many graphs within each other. */
    private void nest(ModelProto.Builder model, int depth) {
        GraphProto inner = GraphProto.newBuilder()
                .addAllNode(model.getGraph().getNodeList().stream().limit(2).toList())
                .addAllOutput(model.getGraph().getOutputList())
                .build();
        for (int i = 0; i < depth; i++) {
            inner = GraphProto.newBuilder()
                    .addNode(NodeProto.newBuilder()
                            .setOpType(random.nextBoolean() ? "If" : "Loop")
                            .addOutput("n" + i)
                            .addAttribute(AttributeProto.newBuilder()
                                    .setName("then_branch")
                                    .setG(inner)))
                    .build();
        }
        model.getGraphBuilder().addNode(inner.getNode(0));
    }

    /** JSON with numbers, names and whole stretches replaced. */
    byte[] json(byte[] original) {
        if (random.nextInt(3) == 0) {
            return bytes(original, original);
        }
        String text = new String(original, StandardCharsets.UTF_8);
        List<int[]> tokens = tokens(text);
        for (int changes = 1 + random.nextInt(3); changes > 0; changes--) {
            int[] token = tokens.get(random.nextInt(tokens.size()));
            int[] other = tokens.get(random.nextInt(tokens.size()));
            String replaced =
                    switch (random.nextInt(5)) {
                        case 0 -> Long.toString(number());
                        case 1 -> "\"%s\"".formatted(TEXTS[random.nextInt(TEXTS.length)].replace("\0", "\\u0000"));
                        case 2 -> "null";
                        case 3 -> "[".repeat(random.nextInt(2000));
                        default -> text.substring(other[0], other[1]);
                    };
            text = text.substring(0, token[0]) + replaced + text.substring(token[1]);
            tokens = tokens(text);
        }
        return text.getBytes(StandardCharsets.UTF_8);
    }

    /** Where numbers and strings begin and end; never empty. */
    private static List<int[]> tokens(String text) {
        List<int[]> found = new ArrayList<>();
        int at = 0;
        while (at < text.length()) {
            int begin = at;
            char c = text.charAt(at++);
            if (c == '"') {
                while (at < text.length() && text.charAt(at) != '"') {
                    at++;
                }
                at = Math.min(text.length(), at + 1);
                found.add(new int[] {begin, at});
            } else if (Character.isDigit(c)) {
                while (at < text.length() && Character.isDigit(text.charAt(at))) {
                    at++;
                }
                found.add(new int[] {begin, at});
            }
        }
        if (found.isEmpty()) {
            found.add(new int[] {0, text.length()});
        }
        return found;
    }
}
