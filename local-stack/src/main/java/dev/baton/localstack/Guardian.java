package dev.baton.localstack;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/**
 * Ends the children of this process when it dies without a chance to do so itself.
 *
 * <p>It is a small shell whose standard input is a pipe from this process, and which notes the process ids it reads there.
 * The pipe ends with this process, even by {@code kill -9}: then the shell ends what it noted, last first. This needs
 * nothing of the services, and works on every system with a POSIX shell.
 */
final class Guardian implements AutoCloseable {

    private static final String SCRIPT = """
            trap '' INT TERM HUP
            noted= litter=
            while read -r word value; do
                case $word in
                watch) noted="$value $noted" ;;
                delete) litter=$value ;;
                done) exit 0 ;;
                esac
            done
            kill $noted 2>/dev/null
            for second in 1 2 3 4 5 6 7 8; do
                kill -0 $noted 2>/dev/null || break
                sleep 1
            done
            kill -9 $noted 2>/dev/null
            [ -z "$litter" ] || rm -rf -- "$litter"
            """;

    private final Process shell;
    private final Writer notes;

    private Guardian(Process shell) {
        this.shell = shell;
        this.notes = shell.outputWriter(StandardCharsets.UTF_8);
    }

    static Guardian start() {
        try {
            return new Guardian(new ProcessBuilder("/bin/sh", "-c", SCRIPT)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start());
        } catch (IOException e) {
            throw new StackException(
                    "cannot start /bin/sh, which would end the services if this process died: " + e.getMessage(), e);
        }
    }

    /** From now on the process ends when this one does. */
    synchronized void watch(ProcessHandle process) {
        write("watch " + process.pid());
    }

    /** The directory is deleted after what is watched was ended. */
    synchronized void delete(Path directory) {
        write("delete " + directory.toAbsolutePath());
    }

    /** Whether {@code process} is the guardian's own shell. */
    boolean is(ProcessHandle process) {
        return process.equals(shell.toHandle());
    }

    private void write(String line) {
        try {
            notes.write(line + "\n");
            notes.flush();
        } catch (IOException e) {
            throw new UncheckedIOException("the shell that guards the services is gone", e);
        }
    }

    /** Everything that was watched has ended. */
    @Override
    public synchronized void close() {
        if (!shell.isAlive()) {
            return;
        }
        try {
            write("done");
            if (!shell.waitFor(2, TimeUnit.SECONDS)) {
                shell.destroyForcibly();
            }
        } catch (UncheckedIOException gone) {
            shell.destroyForcibly();
        } catch (InterruptedException e) {
            shell.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }
}
