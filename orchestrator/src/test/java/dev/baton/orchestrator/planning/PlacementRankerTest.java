package dev.baton.orchestrator.planning;

import static dev.baton.orchestrator.planning.TestingWorld.edge;
import static dev.baton.orchestrator.planning.TestingWorld.encodings;
import static dev.baton.orchestrator.planning.TestingWorld.heads;
import static dev.baton.orchestrator.planning.TestingWorld.millis;
import static dev.baton.orchestrator.planning.TestingWorld.tail;
import static dev.baton.orchestrator.planning.TestingWorld.times;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.baton.orchestrator.fleet.EdgeReport;
import dev.baton.orchestrator.fleet.Link;
import dev.baton.orchestrator.fleet.SplitCodec;
import dev.baton.orchestrator.fleet.Summary;
import dev.baton.partitioning.Placement;
import dev.baton.planning.Alternative;
import dev.baton.planning.Choice;
import dev.baton.planning.Ranking;
import dev.baton.planning.Term;
import dev.baton.planning.TermName;
import dev.baton.tensor.codec.Codec;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

final class PlacementRankerTest {
    private final TestingWorld world = new TestingWorld();

    private static Choice split(int point, String codec) {
        return new Choice(new Placement.Split(point), Codec.parse(codec));
    }

    private static final Choice CLOUD = new Choice(new Placement.CloudOnly(), Choice.NO_CODEC);

    private Ranking rank(EdgeReport edge) {
        world.fleet.accept(edge);
        world.fleet.accept(tail());
        return world.rank();
    }

    private static double millisOf(Ranking ranking, Choice choice) {
        return ranking.of(choice).orElseThrow().micros().orElseThrow() / 1e3;
    }

    private static Term term(Ranking ranking, Choice choice, TermName name) {
        return ranking.of(choice).orElseThrow().prediction().terms().stream()
                .filter(term -> term.name() == name)
                .findFirst()
                .orElseThrow();
    }

    @Test
    void aFastLinkSendsThePicture() {
        Ranking ranking = rank(edge(100));

        assertThat(ranking.best().orElseThrow().choice()).isEqualTo(CLOUD);
        // 60 KB at 12.5 MB/s + round trip 5 + broker 2 + decode 3 + tail 8
        assertThat(millisOf(ranking, CLOUD)).isCloseTo(4.8 + 5 + 2 + 3 + 8, within(1e-6));
    }

    @Test
    void aMediumLinkDivides() {
        Ranking ranking = rank(edge(8));

        assertThat(ranking.best().orElseThrow().choice()).isEqualTo(split(2, "int8+zstd"));
        // preprocess 2 + head 25 + encode 0.3 + 9 KB at 1 MB/s + round trip 5 + broker 2 + decode 0.2 + tail 5
        assertThat(millisOf(ranking, split(2, "int8+zstd"))).isCloseTo(48.5, within(1e-6));
        assertThat(millisOf(ranking, CLOUD)).isCloseTo(78, within(1e-6));
        assertThat(millisOf(ranking, Choice.EDGE_ONLY)).isCloseTo(62, within(1e-6));
    }

    @Test
    void aSlowLinkStaysOnTheEdgeNode() {
        assertThat(rank(edge(1)).best().orElseThrow().choice()).isEqualTo(Choice.EDGE_ONLY);
    }

    @Test
    void aCodecThatCostsTooMuchAccuracyIsInfeasibleHoweverFast() {
        Ranking ranking = rank(edge(1));

        Alternative int4 = ranking.of(split(3, "int4")).orElseThrow();
        assertThat(int4.infeasible()).contains("int4 changes the output by 20 %, more than the allowed 1.0 %");
        assertThat(ranking.of(split(1, "int4")).orElseThrow().infeasible())
                .contains("the error of int4 was not measured here");
        assertThat(ranking.alternatives().indexOf(int4))
                .isGreaterThan(ranking.alternatives().indexOf(ranking.of(CLOUD).orElseThrow()));
    }

    @Test
    void exactCodecsNeedNoMeasuredError() {
        Ranking ranking = rank(edge(8));

        assertThat(ranking.of(split(1, "raw")).orElseThrow().feasible()).isTrue();
        assertThat(ranking.of(split(1, "raw")).orElseThrow().prediction().bytes())
                .hasValue(200_000);
    }

    @Test
    void anUnknownTermMakesTheWholeUnknownAndRanksAfterAllKnownOnes() {
        Ranking ranking = rank(
                edge(8, Map.of(4, millis(60), 2, millis(25)), encodings(), Optional.of(millis(2)), Optional.empty()));

        Alternative neverRun = ranking.of(split(1, "int8")).orElseThrow();
        assertThat(neverRun.micros()).isEmpty();
        assertThat(neverRun.prediction().unknownTerms()).extracting(Term::name).containsExactly(TermName.HEAD);
        assertThat(neverRun.prediction().unknownTerms().getFirst().note())
                .isEqualTo("the head of split point 1 has not run on the edge node yet");
        assertThat(ranking.alternatives().indexOf(neverRun))
                .isGreaterThan(ranking.alternatives()
                        .indexOf(ranking.of(Choice.EDGE_ONLY).orElseThrow()));
    }

    @Test
    void anUnknownLinkLeavesOnlyTheEdgeNodePredicted() {
        Ranking ranking =
                rank(edge(Link.UNKNOWN, heads(), encodings(), Optional.of(millis(2)), Optional.of(millis(2))));

        assertThat(ranking.alternatives().stream().filter(Alternative::comparable))
                .extracting(Alternative::choice)
                .containsExactly(Choice.EDGE_ONLY);
        assertThat(ranking.of(CLOUD).orElseThrow().prediction().unknownTerms())
                .extracting(Term::name)
                .containsExactly(TermName.UPLINK, TermName.ROUND_TRIP);
    }

    @Test
    void stagesThatAPlacementLacksAreSaidToBeAbsent() {
        Ranking ranking = rank(edge(8));

        assertThat(term(ranking, Choice.EDGE_ONLY, TermName.UPLINK))
                .isEqualTo(Term.absent(TermName.UPLINK, "everything runs on the edge node"));
        assertThat(term(ranking, CLOUD, TermName.PREPROCESS))
                .isEqualTo(Term.absent(TermName.PREPROCESS, "the client's picture travels as it came"));
    }

    @Test
    void whatNoTailHasRunIsEstimatedFromItsSpeedElsewhere() {
        world.fleet.accept(edge(8));
        world.fleet.accept(tail(Map.of(2, times(0.2, 7))));
        Ranking ranking = world.rank();

        // The tail needs 7 ms for what takes the edge node 35 ms; behind split point 3 the edge node takes 15 ms.
        Term tail = term(ranking, split(3, "int8"), TermName.TAIL);
        assertThat(tail.micros().orElseThrow()).isCloseTo(3000, within(1e-6));
        assertThat(tail).isInstanceOfSatisfying(Term.Known.class, known -> assertThat(known.source())
                .isEqualTo(Term.Source.ESTIMATED));
    }

    @Test
    void encodingThatWasNotMeasuredIsEstimatedByBytesAndSaysSo() {
        Map<SplitCodec, EdgeReport.Encoding> one = Map.of(
                new SplitCodec(2, "int8"),
                new EdgeReport.Encoding(Optional.of(millis(0.8)), Optional.of(new Summary(1, 21_000, 0, 21_000, 0))));
        Ranking ranking = rank(edge(8, heads(), one, Optional.of(millis(2)), Optional.empty()));

        assertThat(term(ranking, split(1, "int8"), TermName.ENCODE))
                .isEqualTo(Term.estimated(TermName.ENCODE, 2000, "by bytes from int8 at split point 2"));
        assertThat(term(ranking, split(3, "raw"), TermName.ENCODE))
                .isEqualTo(Term.estimated(TermName.ENCODE, 200, "by bytes from int8 at split point 2"));
        assertThat(ranking.of(split(2, "int8")).orElseThrow().prediction().bytes())
                .as("the edge node's own bytes count, not those of the import")
                .hasValue(21_000);
    }

    @Test
    void encodingIsUnknownWhenNothingWasEverEncoded() {
        Ranking ranking = rank(edge(8, heads(), Map.of(), Optional.of(millis(2)), Optional.empty()));

        assertThat(ranking.of(split(2, "int8")).orElseThrow().prediction().unknownTerms())
                .extracting(Term::name)
                .containsExactly(TermName.ENCODE);
    }

    @Test
    void theBrokerIsAPriorUntilAnAnswerCame() {
        Ranking ranking = rank(edge(8, heads(), encodings(), Optional.of(millis(2)), Optional.empty()));

        assertThat(term(ranking, CLOUD, TermName.BROKER))
                .isEqualTo(Term.estimated(TermName.BROKER, 3000, "prior setting, before the first cloud answer"));
    }

    @Test
    void withoutALiveTailOnlyTheEdgeNodeIsFeasible() {
        world.fleet.accept(edge(100));
        Ranking ranking = world.rank();

        assertThat(ranking.alternatives().stream().filter(Alternative::feasible))
                .extracting(Alternative::choice)
                .containsExactly(Choice.EDGE_ONLY);
        assertThat(ranking.of(CLOUD).orElseThrow().infeasible()).contains("no live tail holds gauge aaaaaaaaaaaa");
    }

    @Test
    void whatExceedsTheLargestRecordIsInfeasible() {
        world.fleet.accept(edge(100));
        world.fleet.accept(tail());
        Ranking ranking = new PlacementRanker(new Constraints(0.01, 10_000), Duration.ZERO).rank(world.situation());

        assertThat(ranking.of(CLOUD).orElseThrow().infeasible()).contains("60 KB exceed the largest record, 10 KB");
        assertThat(ranking.of(split(2, "int8+zstd")).orElseThrow().feasible()).isTrue();
    }

    @Test
    void anEntropyCoderTakesAsLongToDecodeAsToEncode() {
        Ranking ranking = rank(edge(8));

        double fixed = micros(ranking, "int8", TermName.DECODE);
        double encode = micros(ranking, "step6", TermName.ENCODE);
        assertThat(micros(ranking, "step6", TermName.DECODE)).isEqualTo(Math.max(fixed, encode));
    }

    private static double micros(Ranking ranking, String codec, TermName term) {
        return ranking.of(split(3, codec)).orElseThrow().prediction().terms().stream()
                .filter(known -> known.name() == term)
                .findFirst()
                .orElseThrow()
                .micros()
                .orElseThrow();
    }

    @Test
    void everySplitPointIsRankedWithEveryCodec() {
        // edge-only, cloud-only with the picture, three split points with eleven codecs
        assertThat(rank(edge(8)).alternatives()).hasSize(1 + 1 + 3 * 11);
    }
}
