package dev.baton.conformance;

import io.grpc.StatusRuntimeException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/** Runs the whole table against a server. */
public final class ConformanceKit {

    private final Target target;

    public ConformanceKit(Target target) {
        this.target = target;
    }

    /**
     * Runs every row, one after another.
     *
     * @param told hears of each outcome at once
     * @return all outcomes, in the table's order
     */
    public List<Outcome> run(Consumer<Outcome> told) throws InterruptedException {
        List<Outcome> outcomes = new ArrayList<>();
        for (Row row : rows()) {
            Outcome outcome = new Outcome(row.name(), row.carrier(), problem(row));
            outcomes.add(outcome);
            told.accept(outcome);
        }
        return outcomes;
    }

    private List<Row> rows() {
        Sample sample = Sample.of(target);
        List<Row> rows = new ArrayList<>(new GrpcRows(target, sample).rows());
        target.rest().ifPresent(address -> rows.addAll(new RestRows(target, address, sample).rows()));
        return rows;
    }

    private static Optional<String> problem(Row row) throws InterruptedException {
        try {
            row.check().run();
            return Optional.empty();
        } catch (NotAsExpectedException unexpected) {
            return Optional.of(String.valueOf(unexpected.getMessage()));
        } catch (StatusRuntimeException refused) {
            return Optional.of("was refused: " + refused.getStatus());
        } catch (IOException e) {
            return Optional.of("was not answered: " + e);
        }
    }
}
