package dev.baton.partitioning.profile;

import java.util.ArrayList;
import java.util.List;
import org.hipparchus.linear.Array2DRowRealMatrix;
import org.hipparchus.linear.ArrayRealVector;
import org.hipparchus.linear.DecompositionSolver;
import org.hipparchus.linear.QRDecomposition;

/*
 * At the optimum some coefficients are 0 and the others solve the ordinary problem without them. With so few coefficients every
 * choice can be tried, which is exact and needs no tolerance to tune. Lawson and Hanson's active-set method (Solving Least
 * Squares Problems, 1974, chapter 23) is what larger problems would need.
 */
/** Least squares with coefficients that are not negative, for a handful of them: costs 2^n decompositions. */
final class NonNegativeLeastSquares {
    private static final int MAX_COEFFICIENTS = 6;
    private static final double SINGULAR = 1e-9;

    private NonNegativeLeastSquares() {}

    /**
     * The coefficients that explain {@code values} best.
     *
     * @param rows one for each value, all of the same length
     */
    static double[] solve(List<double[]> rows, double[] values) {
        int coefficients = rows.getFirst().length;
        if (coefficients > MAX_COEFFICIENTS || rows.size() != values.length) {
            throw new IllegalArgumentException(
                    "%d rows of %d coefficients for %d values: expected a row each, at most %d"
                            .formatted(rows.size(), coefficients, values.length, MAX_COEFFICIENTS));
        }
        double[] scales = scales(rows, coefficients);
        double[] best = new double[coefficients];
        double least = squaredError(rows, values, best);
        for (int choice = 1; choice < 1 << coefficients; choice++) {
            double[] found = solveWith(choice, rows, values, scales);
            if (found.length > 0) {
                double error = squaredError(rows, values, found);
                if (error < least) {
                    least = error;
                    best = found;
                }
            }
        }
        return best;
    }

    /** With the chosen coefficients only; empty when they cannot be told apart, or one would be negative. */
    private static double[] solveWith(int choice, List<double[]> rows, double[] values, double[] scales) {
        List<Integer> chosen = new ArrayList<>();
        for (int i = 0; i < scales.length; i++) {
            if ((choice >> i & 1) == 1) {
                chosen.add(i);
            }
        }
        if (chosen.size() > rows.size() || chosen.stream().anyMatch(i -> scales[i] == 0)) {
            return new double[0];
        }
        double[][] matrix = new double[rows.size()][chosen.size()];
        for (int row = 0; row < matrix.length; row++) {
            for (int column = 0; column < chosen.size(); column++) {
                int coefficient = chosen.get(column);
                matrix[row][column] = rows.get(row)[coefficient] / scales[coefficient];
            }
        }
        DecompositionSolver solver = new QRDecomposition(new Array2DRowRealMatrix(matrix, false), SINGULAR).getSolver();
        if (!solver.isNonSingular()) {
            return new double[0];
        }
        double[] solution = solver.solve(new ArrayRealVector(values, false)).toArray();
        double[] found = new double[scales.length];
        for (int column = 0; column < chosen.size(); column++) {
            if (solution[column] < 0) {
                return new double[0];
            }
            found[chosen.get(column)] = solution[column] / scales[chosen.get(column)];
        }
        return found;
    }

    /** The length of each column, so that operations by the billion and a constant 1 are alike. */
    private static double[] scales(List<double[]> rows, int coefficients) {
        double[] scales = new double[coefficients];
        for (double[] row : rows) {
            for (int i = 0; i < coefficients; i++) {
                scales[i] += row[i] * row[i];
            }
        }
        for (int i = 0; i < coefficients; i++) {
            scales[i] = Math.sqrt(scales[i]);
        }
        return scales;
    }

    private static double squaredError(List<double[]> rows, double[] values, double[] coefficients) {
        double sum = 0;
        for (int row = 0; row < values.length; row++) {
            double left = values[row] - product(rows.get(row), coefficients);
            sum += left * left;
        }
        return sum;
    }

    static double product(double[] row, double[] coefficients) {
        double sum = 0;
        for (int i = 0; i < row.length; i++) {
            sum += row[i] * coefficients[i];
        }
        return sum;
    }
}
