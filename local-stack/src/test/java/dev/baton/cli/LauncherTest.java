package dev.baton.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The shell script ./baton, run in copies of the repository that hold little more than the script. */
class LauncherTest {

    private record Outcome(int exitCode, String out, String err) {}

    @TempDir
    private Path directory = Path.of("");

    private Path home = Path.of("");

    @BeforeEach
    void copyLauncher() throws IOException {
        Path launcher = Path.of(System.getProperty("baton.home", "..")).resolve("baton");
        assumeTrue(
                Files.isExecutable(Path.of("/bin/sh")) && Files.isRegularFile(launcher), "no /bin/sh or no launcher");
        home = Files.createDirectory(directory.resolve("repository with spaces"));
        Files.copy(launcher, home.resolve("baton"));
        assertThat(home.resolve("baton").toFile().setExecutable(true)).isTrue();
    }

    @Test
    void withoutJdkSaysWhatToInstallAndWhereItLooked() {
        Outcome outcome = run(Map.of("PATH", "/nowhere", "BATON_JDK_PLACES", "/nowhere/jdk"), "demo");

        assertThat(outcome.exitCode()).isEqualTo(3);
        assertThat(outcome.err())
                .contains(
                        "needs a JDK, version 25 or newer",
                        "Install one",
                        "JAVA_HOME",
                        "PATH: no java",
                        "/nowhere/jdk");
    }

    @Test
    void anOldJdkIsNamedWithItsVersion() throws IOException {
        Path old = jdk("17.0.9");

        Outcome outcome = run(Map.of("PATH", "/nowhere", "BATON_JDK_PLACES", "", "JAVA_HOME", old.toString()), "demo");

        assertThat(outcome.exitCode()).isEqualTo(3);
        assertThat(outcome.err()).contains("JAVA_HOME: " + old + " (Java 17)");
    }

    @Test
    void aRuntimeWithoutCompilerIsNoJdk() throws IOException {
        Path runtime = jdk("25.0.1");
        Files.delete(runtime.resolve("bin/javac"));

        Outcome outcome = run(Map.of("PATH", "/nowhere", "BATON_JDK_PLACES", runtime.toString()), "demo");

        assertThat(outcome.exitCode()).isEqualTo(3);
        assertThat(outcome.err()).contains("Java 25 without javac");
    }

    @Test
    void theNeededVersionWinsOverANewerOneFromTheUsualPlaces() throws IOException {
        Path newer = jdk("26");
        Path needed = jdk("25.0.3");
        pretendToBeBuilt();

        Outcome outcome = run(
                Map.of("PATH", "/usr/bin:/bin", "BATON_JDK_PLACES", newer + ":" + needed, "BATON_BUILD", "never"),
                "plans",
                "--json");

        assertThat(outcome.exitCode()).isEqualTo(42);
        assertThat(outcome.out()).contains("java of 25.0.3", "-jar " + home, "plans --json");
    }

    @Test
    void withoutMavenSaysWhatToInstall() throws IOException {
        Path jdk = jdk("25.0.3");

        Outcome outcome =
                run(Map.of("PATH", pathWithout("mvn"), "BATON_JDK_PLACES", "", "JAVA_HOME", jdk.toString()), "demo");

        assertThat(outcome.exitCode()).isEqualTo(3);
        assertThat(outcome.err()).contains("needs Apache Maven 3.8.7 or newer", "mvn: not there");
    }

    @Test
    void anOldMavenIsNamedWithItsVersion() throws IOException {
        Path jdk = jdk("25.0.3");
        Path old = script(directory.resolve("mvn-old"), "echo 'Apache Maven 3.8.6 (hash)'");

        Outcome outcome =
                run(Map.of("PATH", pathWithout("mvn"), "JAVA_HOME", jdk.toString(), "MVN", old.toString()), "demo");

        assertThat(outcome.exitCode()).isEqualTo(3);
        assertThat(outcome.err()).contains(old + ": version 3.8.6");
    }

    @Test
    void buildsOnceAndAgainWhenASourceIsNewer() throws IOException {
        Path jdk = jdk("25.0.3");
        Path source = Files.writeString(
                Files.createDirectories(home.resolve("tensor/src/main/java")).resolve("Tensor.java"),
                "class Tensor {}");
        Path builds = directory.resolve("builds");
        Path maven = script(
                directory.resolve("mvn-new"),
                "case $* in *-version*) echo 'Apache Maven 3.10.1'; exit ;; esac",
                "echo \"$*\" >> '%s'".formatted(builds),
                "echo '[INFO] Building Baton tensor 0.1.0-SNAPSHOT                    [2/11]'",
                "mkdir -p local-stack/target/lib && : > local-stack/target/baton-local-stack.jar",
                "for module in orchestrator cloud-tail-service edge-partitioner; do",
                "  mkdir -p $module/target/quarkus-app && : > $module/target/quarkus-app/quarkus-run.jar",
                "done");
        Map<String, String> environment =
                Map.of("PATH", "/usr/bin:/bin", "JAVA_HOME", jdk.toString(), "MVN", maven.toString());

        Outcome first = run(environment, "plans");
        Outcome second = run(environment, "plans");
        Files.setLastModifiedTime(source, FileTime.from(Instant.now().plusSeconds(5)));
        Outcome third = run(environment, "plans");

        assertThat(first.exitCode()).isEqualTo(42);
        assertThat(first.err()).contains("Building Baton once", "[2/11] tensor");
        assertThat(second.err()).isEmpty();
        assertThat(third.err()).contains("Building Baton once");
        assertThat(Files.readAllLines(builds)).hasSize(2).allMatch(line -> line.contains("package"));
        assertThat(home.resolve(".baton/build.lock")).doesNotExist();
    }

    @Test
    void aBuildThatFailsShowsItsErrors() throws IOException {
        Path jdk = jdk("25.0.3");
        Path maven = script(
                directory.resolve("mvn-failing"),
                "case $* in *-version*) echo 'Apache Maven 3.9.9'; exit ;; esac",
                "echo '[INFO] fine'; echo '[ERROR] Tensor.java:[3,7] cannot find symbol'; exit 1");

        Outcome outcome =
                run(Map.of("PATH", "/usr/bin:/bin", "JAVA_HOME", jdk.toString(), "MVN", maven.toString()), "plans");

        assertThat(outcome.exitCode()).isEqualTo(1);
        assertThat(outcome.err())
                .contains("The build failed:", "[ERROR] Tensor.java:[3,7] cannot find symbol", "build.log")
                .doesNotContain("[INFO] fine");
        assertThat(home.resolve(".baton/build.lock")).doesNotExist();
        assertThat(home.resolve(".baton/build.stamp")).doesNotExist();
    }

    @Test
    void testsSayInTheEndHowManyRan() throws IOException {
        Path jdk = jdk("25.0.3");
        Path maven = script(
                directory.resolve("mvn-tests"),
                "case $* in *-version*) echo 'Apache Maven 3.9.9'; exit ;; esac",
                "mkdir -p tensor/target/surefire-reports",
                "echo '<testsuite name=\"A\" time=\"1.2\" tests=\"5\" errors=\"1\" skipped=\"2\" failures=\"0\">' > tensor/target/surefire-reports/TEST-A.xml",
                "echo \"ran $*\"; exit 1");

        Outcome outcome = run(
                Map.of("PATH", "/usr/bin:/bin", "JAVA_HOME", jdk.toString(), "MVN", maven.toString()),
                "test",
                "-pl",
                "tensor");

        assertThat(outcome.exitCode()).isEqualTo(1);
        assertThat(outcome.out()).contains("ran -B -ntp verify -pl tensor");
        assertThat(outcome.err()).contains("Baton test: 5 tests, 1 failed, 2 skipped in ", ": failed");
    }

    @Test
    void worksThroughASymbolicLinkAndFromAnotherFolder() throws IOException {
        Path jdk = jdk("25.0.3");
        pretendToBeBuilt();
        Path link = Files.createSymbolicLink(directory.resolve("link-to-baton"), home.resolve("baton"));

        Outcome outcome = runScript(
                link,
                Map.of("PATH", "/usr/bin:/bin", "JAVA_HOME", jdk.toString(), "BATON_BUILD", "never"),
                "up",
                "--logs");

        assertThat(outcome.exitCode()).isEqualTo(42);
        assertThat(outcome.out()).contains("-Dbaton.home=" + home.toRealPath());
    }

    /** A JDK whose java says its arguments and ends with 42. */
    private Path jdk(String version) throws IOException {
        Path jdk = directory.resolve("jdk-" + version);
        Files.createDirectories(jdk.resolve("bin"));
        Files.writeString(jdk.resolve("release"), "IMPLEMENTOR=\"Test\"\nJAVA_VERSION=\"%s\"\n".formatted(version));
        script(jdk.resolve("bin/java"), "echo \"java of %s: $*\"".formatted(version), "exit 42");
        script(jdk.resolve("bin/javac"), "exit 0");
        return jdk;
    }

    private void pretendToBeBuilt() throws IOException {
        Files.createDirectories(home.resolve("local-stack/target/lib"));
        Files.createFile(home.resolve("local-stack/target/baton-local-stack.jar"));
    }

    private static Path script(Path file, String... lines) throws IOException {
        List<String> all = new ArrayList<>(List.of("#!/bin/sh"));
        all.addAll(List.of(lines));
        Files.write(file, all);
        assertThat(file.toFile().setExecutable(true)).isTrue();
        return file;
    }

    /** A folder with every command that the launcher needs but this one. */
    private String pathWithout(String command) throws IOException {
        Path bin = Files.createDirectories(directory.resolve("bin-without-" + command));
        for (String name :
                List.of("sed", "find", "sort", "cksum", "cat", "mkdir", "mv", "rm", "grep", "tail", "date")) {
            for (String folder : List.of("/usr/bin", "/bin")) {
                Path program = Path.of(folder, name);
                if (Files.isExecutable(program) && !Files.exists(bin.resolve(name))) {
                    script(bin.resolve(name), "exec %s \"$@\"".formatted(program));
                }
            }
        }
        return bin.toString();
    }

    private Outcome run(Map<String, String> environment, String... arguments) {
        return runScript(home.resolve("baton"), environment, arguments);
    }

    private Outcome runScript(Path script, Map<String, String> environment, String... arguments) {
        List<String> command = new ArrayList<>(List.of("/bin/sh", script.toString()));
        command.addAll(List.of(arguments));
        try {
            Path out = Files.createTempFile(directory, "out", "");
            Path err = Files.createTempFile(directory, "err", "");
            ProcessBuilder builder = new ProcessBuilder(command)
                    .directory(directory.toFile())
                    .redirectOutput(out.toFile())
                    .redirectError(err.toFile());
            builder.environment().clear();
            builder.environment().putAll(environment);
            Process process = builder.start();
            assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
            return new Outcome(
                    process.exitValue(),
                    Files.readString(out, StandardCharsets.UTF_8),
                    Files.readString(err, StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }
}
