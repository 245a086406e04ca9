/**
 * The models that edge nodes and tails may load, and their split packages. Main path:
 * {@link dev.baton.orchestrator.catalog.ModelCatalog#importModel(dev.baton.orchestrator.catalog.ModelImport)}:
 * ONNX file → split points → package on disk → topic and catalog record.
 */
@NullMarked
package dev.baton.orchestrator.catalog;

import org.jspecify.annotations.NullMarked;
