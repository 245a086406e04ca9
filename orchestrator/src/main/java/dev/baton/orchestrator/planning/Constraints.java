package dev.baton.orchestrator.planning;

/**
 * What an alternative must satisfy, whatever it gains.
 *
 * @param maxCodecError largest relative error of the model's output that a codec may cause, as measured at import
 * @param maxRecordBytes largest record that the broker takes
 */
public record Constraints(double maxCodecError, long maxRecordBytes) {
    public Constraints {
        if (!(maxCodecError >= 0)) {
            throw new IllegalArgumentException("max-codec-error must not be negative, but was " + maxCodecError);
        }
        if (maxRecordBytes < 1) {
            throw new IllegalArgumentException("max-record-bytes must be positive, but was " + maxRecordBytes);
        }
    }
}
