package dev.baton.orchestrator.kafka;

import dev.baton.orchestrator.planning.Plan;
import dev.baton.orchestrator.planning.PlanDecision;
import dev.baton.partitioning.Placement;
import dev.baton.planning.Alternative;
import dev.baton.planning.Choice;
import dev.baton.planning.ModelVersion;
import dev.baton.planning.Prediction;
import dev.baton.planning.Term;
import dev.baton.planning.TermName;
import dev.baton.schemas.records.ModelRef;
import dev.baton.tensor.codec.Codec;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;

/** Plans and decisions to and from the messages that carry them. */
final class PlanRecords {
    /** What a term is based on is not part of the message. */
    private static final String FROM_LOG = "as recorded with the plan";

    private PlanRecords() {}

    static String key(Plan plan) {
        return plan.edgeNode() + "/" + plan.model().model();
    }

    static dev.baton.schemas.records.Plan toRecord(Plan plan) {
        return dev.baton.schemas.records.Plan.newBuilder()
                .setEdgeNode(plan.edgeNode())
                .setModel(ModelRef.newBuilder()
                        .setName(plan.model().model())
                        .setVersion(plan.model().version()))
                .setPlacement(toRecord(plan.choice().placement()))
                .setCodec(plan.choice().codec().id())
                .setEpoch(plan.epoch())
                .setReason(plan.reason())
                .addAllAlternatives(
                        plan.alternatives().stream().map(PlanRecords::toRecord).toList())
                .setPinned(plan.pinned())
                .setDecidedAtUnixMillis(plan.decidedAt().toEpochMilli())
                .setObjective(plan.objective())
                .setPlanner(plan.planner())
                .build();
    }

    static dev.baton.schemas.records.PlanDecision toRecord(PlanDecision decision) {
        dev.baton.schemas.records.PlanDecision.Builder message = dev.baton.schemas.records.PlanDecision.newBuilder()
                .setPlan(toRecord(decision.plan()))
                .setTrigger(decision.trigger());
        decision.previous().ifPresent(previous -> message.setPrevious(toRecord(previous)));
        decision.inputs()
                .forEach(input ->
                        message.addInputsBuilder().setName(input.name()).setValue(input.value()));
        return message.build();
    }

    /** @throws IllegalArgumentException when the message says something impossible */
    static PlanDecision fromRecord(dev.baton.schemas.records.PlanDecision message) {
        return new PlanDecision(
                fromRecord(message.getPlan()),
                message.getTrigger(),
                message.hasPrevious() ? Optional.of(fromRecord(message.getPrevious())) : Optional.empty(),
                message.getInputsList().stream()
                        .map(input -> new PlanDecision.Input(input.getName(), input.getValue()))
                        .toList());
    }

    private static dev.baton.schemas.records.Alternative toRecord(Alternative alternative) {
        dev.baton.schemas.records.Alternative.Builder message = dev.baton.schemas.records.Alternative.newBuilder()
                .setPlacement(toRecord(alternative.choice().placement()))
                .setCodec(alternative.choice().codec().id());
        alternative.micros().ifPresent(message::setPredictedMicros);
        alternative.prediction().bytes().ifPresent(message::setBytes);
        alternative.prediction().deviationMicros().ifPresent(message::setDeviationMicros);
        alternative.prediction().joules().ifPresent(message::setJoules);
        alternative.prediction().cloudCost().ifPresent(message::setCloudCost);
        alternative.score().ifPresent(message::setScore);
        alternative.infeasible().ifPresent(message::setInfeasible);
        for (Term term : alternative.prediction().terms()) {
            dev.baton.schemas.records.Term.Builder stage =
                    message.addTermsBuilder().setName(term.name().text()).setSource(term.sourceText());
            term.micros().ifPresent(stage::setMicros);
            term.deviationMicros().ifPresent(stage::setDeviationMicros);
        }
        return message.build();
    }

    static dev.baton.schemas.records.Placement toRecord(Placement placement) {
        dev.baton.schemas.records.Placement.Builder message = dev.baton.schemas.records.Placement.newBuilder();
        switch (placement) {
            case Placement.EdgeOnly edge ->
                message.setEdgeOnly(dev.baton.schemas.records.Placement.EdgeOnly.getDefaultInstance());
            case Placement.CloudOnly cloud ->
                message.setCloudOnly(dev.baton.schemas.records.Placement.CloudOnly.getDefaultInstance());
            case Placement.Split(int splitPoint) -> message.setSplitPoint(splitPoint);
        }
        return message.build();
    }

    /** @throws IllegalArgumentException when the message says something impossible */
    static Plan fromRecord(dev.baton.schemas.records.Plan message) {
        return new Plan(
                message.getEdgeNode(),
                new ModelVersion(
                        message.getModel().getName(), message.getModel().getVersion()),
                new Choice(placement(message.getPlacement()), Codec.parse(message.getCodec())),
                message.getEpoch(),
                message.getReason(),
                message.getAlternativesList().stream()
                        .map(PlanRecords::fromRecord)
                        .toList(),
                message.getPinned(),
                Instant.ofEpochMilli(message.getDecidedAtUnixMillis()),
                message.getObjective(),
                message.getPlanner());
    }

    private static Alternative fromRecord(dev.baton.schemas.records.Alternative message) {
        List<Term> terms =
                message.getTermsList().stream().map(PlanRecords::fromRecord).toList();
        return new Alternative(
                new Choice(placement(message.getPlacement()), Codec.parse(message.getCodec())),
                new Prediction(
                        terms,
                        optional(message.hasDeviationMicros(), message.getDeviationMicros()),
                        optional(message.hasBytes(), message.getBytes()),
                        optional(message.hasJoules(), message.getJoules()),
                        optional(message.hasCloudCost(), message.getCloudCost())),
                message.getInfeasible().isEmpty() ? Optional.empty() : Optional.of(message.getInfeasible()),
                optional(message.hasScore(), message.getScore()));
    }

    private static Term fromRecord(dev.baton.schemas.records.Term term) {
        TermName name = name(term.getName());
        if (!term.hasMicros()) {
            return Term.unknown(name, FROM_LOG);
        }
        Term.Source source = Arrays.stream(Term.Source.values())
                .filter(known -> known.text().equals(term.getSource()))
                .findFirst()
                .orElse(Term.Source.MEASURED);
        return new Term.Known(
                name,
                term.getMicros(),
                optional(term.hasDeviationMicros(), term.getDeviationMicros()),
                source,
                FROM_LOG);
    }

    private static OptionalDouble optional(boolean present, double value) {
        return present ? OptionalDouble.of(value) : OptionalDouble.empty();
    }

    private static TermName name(String text) {
        return Arrays.stream(TermName.values())
                .filter(name -> name.text().equals(text))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("there is no term \"%s\"".formatted(text)));
    }

    static Placement placement(dev.baton.schemas.records.Placement message) {
        return switch (message.getChoiceCase()) {
            case EDGE_ONLY -> new Placement.EdgeOnly();
            case CLOUD_ONLY -> new Placement.CloudOnly();
            case SPLIT_POINT -> new Placement.Split(message.getSplitPoint());
            case CHOICE_NOT_SET -> throw new IllegalArgumentException("a plan must have a placement, but none is set");
        };
    }
}
