package dev.baton.tail;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

@AnalyzeClasses(packages = "dev.baton.tail", importOptions = ImportOption.DoNotIncludeTests.class)
final class TailArchitectureTest {

    private static final String[] FEATURES = {
        "dev.baton.tail.answer..",
        "dev.baton.tail.batch..",
        "dev.baton.tail.failure..",
        "dev.baton.tail.lateness..",
        "dev.baton.tail.measurement..",
        "dev.baton.tail.models..",
        "dev.baton.tail.quota.."
    };

    @ArchTest
    static final ArchRule FEATURES_KNOW_NO_TECHNOLOGY = noClasses()
            .that()
            .resideInAnyPackage(FEATURES)
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(
                    "dev.baton.tail.kafka..",
                    "dev.baton.tail.redis..",
                    "dev.baton.tail.metrics..",
                    "dev.baton.tail.health..",
                    "dev.baton.tail.serving..",
                    "io.grpc..",
                    "io.vertx..",
                    "org.apache.kafka..",
                    "io.quarkus..",
                    "jakarta..",
                    "org.eclipse.microprofile..",
                    "io.smallrye..");

    @ArchTest
    static final ArchRule ONLY_KAFKA_KNOWS_KAFKA = noClasses()
            .that()
            .resideOutsideOfPackage("dev.baton.tail.kafka..")
            .and()
            .doNotHaveFullyQualifiedName("dev.baton.tail.TailWiring")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("org.apache.kafka..");

    @ArchTest
    static final ArchRule THE_ENGINE_IS_BEHIND_ITS_PORT =
            noClasses().should().dependOnClassesThat().resideInAnyPackage("ai.djl..", "ai.onnxruntime..", "ai.onnx..");

    @ArchTest
    static final ArchRule PACKAGES_DO_NOT_KNOW_EACH_OTHER_IN_CIRCLES =
            slices().matching("dev.baton.tail.(*)..").should().beFreeOfCycles();

    @ArchTest
    static final ArchRule NOTHING_IS_INHERITED = classes()
            .that()
            .areNotInterfaces()
            .and()
            .areNotAnonymousClasses()
            .should()
            .haveModifier(JavaModifier.FINAL);

    @ArchTest
    static final ArchRule SERVICES_DO_NOT_KNOW_EACH_OTHER = noClasses()
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("dev.baton.edge..", "dev.baton.orchestrator..");
}
