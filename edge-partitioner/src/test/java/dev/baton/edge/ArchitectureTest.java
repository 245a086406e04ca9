package dev.baton.edge;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.library.dependencies.SlicesRuleDefinition;

/** Features say what the edge node does, technologies how it talks. */
@AnalyzeClasses(packages = "dev.baton.edge", importOptions = ImportOption.DoNotIncludeTests.class)
final class ArchitectureTest {

    private static final String[] FEATURES = {
        "dev.baton.edge.request..",
        "dev.baton.edge.cloud..",
        "dev.baton.edge.model..",
        "dev.baton.edge.measure..",
        "dev.baton.edge.explore.."
    };

    @ArchTest
    static final ArchRule FEATURES_KNOW_NO_TECHNOLOGY = noClasses()
            .that()
            .resideInAnyPackage(FEATURES)
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(
                    "dev.baton.edge.grpc..",
                    "dev.baton.edge.kafka..",
                    "dev.baton.messaging..",
                    "dev.baton.schemas..",
                    "org.apache.kafka..",
                    "io.grpc..",
                    "com.google.protobuf..",
                    "io.quarkus..",
                    "jakarta..",
                    "ai.djl..",
                    "ai.onnxruntime..");

    @ArchTest
    static final ArchRule FEATURES_HAVE_NO_CYCLES = SlicesRuleDefinition.slices()
            .matching("dev.baton.edge.(*)..")
            .should()
            .beFreeOfCycles();

    @ArchTest
    static final ArchRule ONLY_THE_WIRING_CHOOSES_THE_ENGINE = noClasses()
            .that()
            .resideOutsideOfPackage("dev.baton.edge")
            .should()
            .dependOnClassesThat()
            .haveFullyQualifiedName("dev.baton.inference.OnnxRuntimeEngine");
}
