package dev.baton.partitioning;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

@AnalyzeClasses(packages = "dev.baton.partitioning", importOptions = ImportOption.DoNotIncludeTests.class)
final class ArchitectureTest {
    @ArchTest
    static final ArchRule KNOWS_NO_ENGINE_BROKER_OR_FRAMEWORK = noClasses()
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(
                    "ai.djl..",
                    "ai.onnxruntime..",
                    "dev.baton.inference..",
                    "dev.baton.schemas..",
                    "dev.baton.messaging..",
                    "org.apache.kafka..",
                    "io.quarkus..",
                    "jakarta..",
                    "io.grpc..");

    @ArchTest
    static final ArchRule PACKAGES_FORM_NO_CYCLE =
            slices().matching("dev.baton.partitioning.(*)..").should().beFreeOfCycles();
}
