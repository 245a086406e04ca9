package dev.baton.partitioning.cost;

/** How many operations the operators of {@code ai.onnx.ml} take, of which those that do not walk trees or texts. */
final class TabularOperators {
    private TabularOperators() {}

    /** Operations of the node; NaN when unknown. */
    static double operations(NodeView view) {
        double made = view.made();
        return switch (view.node().getOpType()) {
            case "ArrayFeatureExtractor",
                    "CastMap",
                    "CategoryMapper",
                    "DictVectorizer",
                    "FeatureVectorizer",
                    "LabelEncoder",
                    "OneHotEncoder",
                    "ZipMap" -> 0;
            case "Binarizer", "Imputer" -> made;
            case "Scaler" -> 2 * made;
            case "Normalizer" -> 3 * made;
            case "LinearClassifier", "LinearRegressor" -> {
                double rows = view.input(0)
                        .map(shape -> shape.rank() < 2 ? 1.0 : shape.dimension(0))
                        .orElse(NodeView.UNKNOWN);
                yield 2
                        * rows
                        * view.attribute("coefficients")
                                .map(coefficients -> (double) coefficients.getFloatsCount())
                                .orElse(NodeView.UNKNOWN);
            }
            default -> NodeView.UNKNOWN;
        };
    }
}
