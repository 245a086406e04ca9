package dev.baton.inference;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.api.Test;

final class ArchitectureTest {

    private final JavaClasses baton = new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .importPackages("dev.baton");

    @Test
    void onlyInferenceKnowsTheEngine() {
        noClasses()
                .that()
                .resideOutsideOfPackage("dev.baton.inference..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("ai.djl..", "ai.onnxruntime..")
                .check(baton);
    }

    @Test
    void portDoesNotKnowTheEngine() {
        noClasses()
                .that()
                .haveNameNotMatching(".*\\.Onnx[A-Za-z]+(\\$.*)?")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("ai.djl..", "ai.onnxruntime..")
                .check(baton);
    }

    @Test
    void inferenceKnowsTensorsAndNothingElseOfBaton() {
        noClasses()
                .that()
                .resideInAPackage("dev.baton.inference..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("dev.baton.partitioning..", "dev.baton.messaging..", "dev.baton.embedded..")
                .check(baton);
    }
}
