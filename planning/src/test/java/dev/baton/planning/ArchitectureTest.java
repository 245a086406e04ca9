package dev.baton.planning;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import java.time.Instant;

@AnalyzeClasses(packages = "dev.baton.planning", importOptions = ImportOption.DoNotIncludeTests.class)
final class ArchitectureTest {
    @ArchTest
    static final ArchRule KNOWS_NO_FRAMEWORK_BROKER_OR_ENGINE = noClasses()
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(
                    "ai.djl..",
                    "ai.onnxruntime..",
                    "com.google.protobuf..",
                    "dev.baton.inference..",
                    "dev.baton.messaging..",
                    "dev.baton.orchestrator..",
                    "dev.baton.schemas..",
                    "io.grpc..",
                    "io.quarkus..",
                    "io.smallrye..",
                    "io.vertx..",
                    "jakarta..",
                    "org.apache.kafka..");

    /** Whoever plans gives the time, so that replays and simulations plan with the same code. */
    @ArchTest
    static final ArchRule PREDICTION_CHOICE_AND_CHANGE_READ_NO_CLOCK = noClasses()
            .that()
            .resideInAnyPackage("dev.baton.planning", "dev.baton.planning.change")
            .should()
            .callMethod(System.class, "nanoTime")
            .orShould()
            .callMethod(System.class, "currentTimeMillis")
            .orShould()
            .callMethod(Instant.class, "now");

    /** Predictions know nothing of when plans change, nor of replays and simulations. */
    @ArchTest
    static final ArchRule PREDICTION_STANDS_ALONE = noClasses()
            .that()
            .resideInAPackage("dev.baton.planning")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("dev.baton.planning.*..");
}
