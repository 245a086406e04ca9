package dev.baton.orchestrator.catalog;

import java.nio.file.Path;

/**
 * A file of external data that a model keeps weights in.
 *
 * @param location as the ONNX file names it
 * @param file where it lies now; the caller keeps and removes it
 */
public record DataFile(String location, Path file) {}
