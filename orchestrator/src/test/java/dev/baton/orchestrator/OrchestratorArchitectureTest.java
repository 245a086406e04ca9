package dev.baton.orchestrator;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.syntax.ArchRuleDefinition;

@AnalyzeClasses(packages = "dev.baton.orchestrator", importOptions = ImportOption.DoNotIncludeTests.class)
final class OrchestratorArchitectureTest {
    private static final String[] FEATURES = {"..catalog..", "..fleet..", "..planning.."};
    private static final String[] TECHNOLOGIES = {
        "..orchestrator.kafka..", "..orchestrator.redis..", "..orchestrator.rest..", "..orchestrator.inference.."
    };

    @ArchTest
    void featuresArePlainJava(JavaClasses classes) {
        noClasses()
                .that()
                .resideInAnyPackage(FEATURES)
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(
                        "io.quarkus..",
                        "io.smallrye..",
                        "io.vertx..",
                        "jakarta..",
                        "org.apache.kafka..",
                        "com.google.protobuf..",
                        "dev.baton.schemas..",
                        "dev.baton.messaging..",
                        "dev.baton.inference..")
                .check(classes);
    }

    @ArchTest
    void featuresDoNotKnowTechnologies(JavaClasses classes) {
        noClasses()
                .that()
                .resideInAnyPackage(FEATURES)
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(TECHNOLOGIES)
                .check(classes);
    }

    @ArchTest
    void catalogAndFleetStandAlone(JavaClasses classes) {
        noClasses()
                .that()
                .resideInAPackage("..catalog..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("..orchestrator.fleet..", "..orchestrator.planning..")
                .check(classes);
        noClasses()
                .that()
                .resideInAPackage("..fleet..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("..orchestrator.catalog..", "..orchestrator.planning..")
                .check(classes);
    }

    @ArchTest
    void technologiesDoNotKnowOneAnother(JavaClasses classes) {
        slices().matching("dev.baton.orchestrator.(kafka|redis|rest|inference)..")
                .should()
                .notDependOnEachOther()
                .check(classes);
    }

    @ArchTest
    void onlyTheWiringKnowsTheSettings(JavaClasses classes) {
        ArchRuleDefinition.classes()
                .that()
                .belongToAnyOf(OrchestratorConfig.class)
                .should()
                .onlyHaveDependentClassesThat()
                .resideInAPackage("dev.baton.orchestrator")
                .check(classes);
    }
}
