package dev.baton.partitioning.splitpackage;

import dev.baton.partitioning.split.CrossingTensor;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * A routable split point as the manifest lists it.
 *
 * @param index its number: 0 is the whole model in the cloud, the last the whole model on the edge node
 * @param name its last head operator, for people
 * @param headOperators operators in the head
 * @param tailOperators operators in the tail
 * @param headWeightBytes how much of {@code weights.bin} the head needs, counted from its start
 * @param crossing what travels, in order
 * @param crossingBytes its uncompressed size for the probe input
 * @param tailInputs of what crosses, what the tail's graph file takes; a model output that the head made may cross without
 *     being one; empty at the last index
 * @param headFile the head's graph file; absent at index 0
 * @param tailFile the tail's graph file; absent at the last index
 * @param parity how closely it equals the whole
 * @param codecs what each measured codec does to it
 */
public record SplitPointEntry(
        int index,
        String name,
        int headOperators,
        int tailOperators,
        long headWeightBytes,
        List<CrossingTensor> crossing,
        long crossingBytes,
        List<String> tailInputs,
        Optional<String> headFile,
        Optional<String> tailFile,
        Parity parity,
        List<CodecMeasurement> codecs) {
    public SplitPointEntry {
        crossing = List.copyOf(crossing);
        codecs = List.copyOf(codecs);
        tailInputs = List.copyOf(tailInputs);
        if (index < 0 || headOperators < 0 || tailOperators < 0 || headWeightBytes < 0 || crossingBytes < 0) {
            throw new IllegalArgumentException(
                    "split point %d '%s': a negative count (head operators %d, tail operators %d, head weight bytes %d, crossing bytes %d)"
                            .formatted(index, name, headOperators, tailOperators, headWeightBytes, crossingBytes));
        }
        Set<String> names = new HashSet<>();
        long bytes = 0;
        for (CrossingTensor tensor : crossing) {
            if (!names.add(tensor.name())) {
                throw new IllegalArgumentException(
                        "split point %d '%s': tensor '%s' crosses twice".formatted(index, name, tensor.name()));
            }
            bytes = Math.addExact(bytes, tensor.bytes());
        }
        if (bytes != crossingBytes) {
            throw new IllegalArgumentException("split point %d '%s': %d crossing bytes, but its tensors have %d"
                    .formatted(index, name, crossingBytes, bytes));
        }
        if (!names.containsAll(tailInputs)) {
            throw new IllegalArgumentException(
                    "split point %d '%s': tail inputs %s, but only %s cross".formatted(index, name, tailInputs, names));
        }
    }
}
