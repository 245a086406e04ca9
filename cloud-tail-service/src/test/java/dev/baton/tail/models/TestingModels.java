package dev.baton.tail.models;

import dev.baton.schemas.records.ModelRef;
import dev.baton.tail.batch.BatchSettings;
import dev.baton.tail.batch.Batches;
import dev.baton.tail.batch.WhenFull;
import dev.baton.tail.quota.QuotaSettings;
import dev.baton.tail.quota.Quotas;
import dev.baton.tensor.ElementType;
import dev.baton.tensor.Shape;
import dev.baton.tensor.Tensor;
import dev.baton.tensor.TensorSpec;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.LongSupplier;
import java.util.function.UnaryOperator;

/** Models without an engine. */
public final class TestingModels {

    /** What every testing tail takes. */
    public static final TensorSpec ACTIVATION = new TensorSpec("activation", ElementType.FP32, Shape.of(1, 4));

    private static final TensorSpec ANSWER = new TensorSpec("answer", ElementType.FP32, Shape.of(1, 4));
    private static final TensorSpec SUM = new TensorSpec("sum", ElementType.FP32, Shape.of(1));

    private TestingModels() {}

    public static ModelRef ref(String name, String version) {
        return ModelRef.newBuilder().setName(name).setVersion(version).build();
    }

    public static WantedModel wanted(ModelRef ref) {
        return new WantedModel(ref, URI.create("http://orchestrator.test/packages/" + ref.getVersion()));
    }

    /**
     * A tail that doubles: {@code answer} is twice {@code activation}, {@code sum} adds it up.
     */
    public static TestingInferenceSession doubling() {
        return session(inputs -> {
            float[] values = Objects.requireNonNull(inputs.get("activation")).toFloats();
            float[] answer = new float[values.length];
            float sum = 0;
            for (int i = 0; i < values.length; i++) {
                answer[i] = 2 * values[i];
                sum += values[i];
            }
            return Map.of("answer", Tensor.ofFloats(Shape.of(1, 4), answer), "sum", Tensor.ofFloats(Shape.of(1), sum));
        });
    }

    /** Batches of one. */
    public static Batches oneByOne(LongSupplier nanos) {
        return new Batches(
                new BatchSettings(
                        _ -> new BatchSettings.Limits(1, Duration.ZERO),
                        64,
                        64 << 20,
                        WhenFull.REFUSE_NEW,
                        new BatchSettings.Priorities(3, 2)),
                1,
                nanos);
    }

    /** Everybody may ask for as much as it likes. */
    public static Quotas withoutQuotas() {
        return new Quotas(
                new QuotaSettings(Map.of(), Map.of(), false),
                (bucket, limit, wanted) -> {
                    throw new AssertionError("nobody has a quota");
                },
                System::nanoTime);
    }

    public static TestingInferenceSession session(UnaryOperator<Map<String, Tensor>> function) {
        return new TestingInferenceSession(List.of(ACTIVATION), List.of(ANSWER, SUM), function);
    }

    /** A tail that may run rows together: {@code function} gets and gives FP32 {@code [rows, 4]}, named x and y. */
    public static TailSession batchable(ModelRef ref, int splitPoint, UnaryOperator<Tensor> function) {
        TensorSpec x = new TensorSpec("x", ElementType.FP32, Shape.of(-1, 4));
        TensorSpec y = new TensorSpec("y", ElementType.FP32, Shape.of(-1, 4));
        TestingInferenceSession session = new TestingInferenceSession(
                List.of(x), List.of(y), inputs -> Map.of("y", function.apply(Objects.requireNonNull(inputs.get("x")))));
        TailSession tail = new TailSession(ref, splitPoint, Set.of("x"), session);
        tail.allowBatches();
        return tail;
    }

    /** A model whose head has made the output {@code early}, and whose tail belongs to split point 2. */
    public static TailModel model(ModelRef ref, TestingInferenceSession tail) {
        return new TailModel(
                ref,
                Map.of(2, new TailSession(ref, 2, Set.of("activation", "early"), tail)),
                Set.of("answer", "sum", "early"),
                Optional.empty());
    }
}
