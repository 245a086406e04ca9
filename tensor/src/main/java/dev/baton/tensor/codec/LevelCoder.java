package dev.baton.tensor.codec;

import dev.baton.tensor.Shape;
import java.util.Arrays;

/**
 * Codes a tensor's levels, small integers, with as few bits as their neighbours leave open. Encoding and decoding are one
 * path through one model, so that they cannot differ. For one thread, and one tensor.
 */
final class LevelCoder {
    /*
     * Activations are maps: what is near is alike, in the row, in the row above, and often in the channel before. A level
     * is coded as decisions: how many bits has its magnitude (0, 1, 2, ... in unary), then its two highest bits below the
     * leading one, then the rest, which is noise, and a sign. Each of the former decisions is predicted three times, from
     *
     *   - the magnitudes around it in the channel before (none in the first) and those near it in its own channel,
     *   - its channel's mean magnitude so far and those near it,
     *   - the left, upper and upper right magnitude as they are, where they are small,
     *
     * and the predictions are mixed by a small logistic regression that learns on the way (as in context-mixing
     * compressors, e.g. Mahoney 2005, "Adaptive weighing of context models"). Every prediction is an adaptive probability
     * that moves to what it saw, by 1/2 first and less and less: after few elements it knows something, which counts where a
     * whole activation has eight thousand of them. A second or more contexts win 1 to 2 % and cost a third of the speed; a
     * single one loses 15 %, a spatial cosine transform before it loses more.
     *
     * Everything that decides is integer arithmetic, and the two tables come from StrictMath, which gives the same bits on
     * every machine. A change of any number here changes the format: raise the version in StepPacking.
     *
     * Time is proportional to the elements, some tens of nanoseconds each. A decision costs at least 1/4096 of a bit times
     * 1.44, so a short payload cannot stand for a long tensor: it ends first.
     */

    /** Magnitudes have at most so many bits; a decision for each, so the largest also bounds a decoder's work. */
    static final int MOST_BITS = 21;

    private static final int CONTEXTS = 3;
    /** Of a context: decisions about the number of bits, about the highest bit below the leading one and the next. */
    private static final int NODES = 64;

    private static final int HIGHEST_NODE = 24;
    private static final int SECOND_NODE = 36;
    private static final int LONGEST_LEARNT = 11;

    private static final int COARSE = 16;
    private static final int EXACT = 6;
    /** Magnitudes that neighbours are remembered by. */
    private static final int REMEMBERED = 255;

    private static final int HALF = 1 << (ArithmeticCoder.PROBABILITY_BITS - 1);
    /** A probability has 22 bits, below them the number of times that it has learnt. */
    private static final int COUNT_BITS = 10;

    private static final int COUNT_MASK = (1 << COUNT_BITS) - 1;
    private static final int NO_IDEA = 1 << (21 + COUNT_BITS);
    private static final int CERTAIN = (1 << 22) - 1;
    private static final int SLOWEST = 250;
    /** Weights have 16 bits behind the point. Together a little over 1: predictions that agree are surer than each. */
    private static final int FIRST_WEIGHT = (1 << 16) * 2 / 5;

    private static final int LEARNING_RATE = 12;

    /** The logarithm of the odds, in 1/256, of a probability in 1/4096; and back, from -2048 on. */
    private static final short[] STRETCH = new short[4096];

    private static final short[] SQUASH = new short[4096];
    /** By how much of the way, in 1/65536, a probability moves when it has learnt so many times. */
    private static final int[] STEP = new int[SLOWEST + 1];

    static {
        for (int i = 0; i < STRETCH.length; i++) {
            double probability = (i + 0.5) / STRETCH.length;
            STRETCH[i] =
                    (short) Math.clamp(Math.round(StrictMath.log(probability / (1 - probability)) * 256), -2047, 2047);
            SQUASH[i] = (short) Math.clamp(Math.round(4096 / (1 + StrictMath.exp((2048 - i) / 256.0))), 1, 4095);
        }
        for (int i = 0; i < STEP.length; i++) {
            STEP[i] = (1 << 16) / (i + 2);
        }
    }

    private final ArithmeticCoder coder;
    private final Grid grid;

    private final int[] fromPlaneBefore = probabilities(COARSE * COARSE);
    private final int[] fromMean = probabilities(COARSE * COARSE);
    private final int[] fromNeighbours = probabilities(EXACT * EXACT * EXACT);
    private final int[] weights = new int[NODES * CONTEXTS];
    private final int[] signs = probabilities(1);

    /** Magnitudes of this plane and the one before, with a border of zeros. */
    private byte[] plane;

    private byte[] planeBefore;
    private final byte[] rowSigns;

    /**
     * How a tensor's elements lie: {@code planes} times {@code rows} times {@code columns}, columns fastest.
     */
    record Grid(int planes, int rows, int columns) {
        private static final int NARROWEST = 8;

        /** The last dimensions that are not 1; narrow ones are joined, as a row's border must not outweigh it. */
        static Grid of(Shape shape, int elements) {
            if (elements == 0) {
                return new Grid(0, 0, 0);
            }
            int columns = 1;
            int axis = shape.rank() - 1;
            for (; axis >= 0 && columns < NARROWEST; axis--) {
                columns *= (int) shape.dimension(axis);
            }
            int rows = 1;
            for (; axis >= 0 && rows == 1; axis--) {
                rows = (int) shape.dimension(axis);
            }
            return new Grid(elements / columns / rows, rows, columns);
        }

        int stride() {
            return columns + 2;
        }
    }

    LevelCoder(ArithmeticCoder coder, Grid grid) {
        this.coder = coder;
        this.grid = grid;
        plane = new byte[Math.multiplyExact(grid.rows() + 2, grid.stride())];
        planeBefore = grid.planes() > 1 ? new byte[plane.length] : plane;
        rowSigns = new byte[grid.columns()];
        Arrays.fill(weights, FIRST_WEIGHT);
    }

    private static int[] probabilities(int contexts) {
        int[] probabilities = new int[contexts * NODES];
        Arrays.fill(probabilities, NO_IDEA);
        return probabilities;
    }

    /** The levels of one row, in place: read by an encoder, written by a decoder. */
    interface Rows {
        /** Where the row's levels are, or go; the same array may come for every row. */
        int[] begin(int row);

        void end(int row, int[] levels);
    }

    void code(Rows levels) {
        for (int channel = 0; channel < grid.planes(); channel++) {
            byte[] last = plane;
            plane = planeBefore;
            planeBefore = last;
            Arrays.fill(rowSigns, (byte) 0);
            codePlane(channel, levels);
        }
    }

    private void codePlane(int channel, Rows levels) {
        boolean hasBefore = channel > 0;
        int stride = grid.stride();
        long sum = 0;
        int coarseMean = 0;
        for (int y = 0; y < grid.rows(); y++) {
            int[] row = levels.begin(channel * grid.rows() + y);
            int at = (y + 1) * stride + 1;
            int leftSign = 0;
            for (int x = 0; x < grid.columns(); x++, at++) {
                int left = plane[at - 1] & 0xFF;
                int up = plane[at - stride] & 0xFF;
                int upRight = plane[at - stride + 1] & 0xFF;
                int near = coarse(2 * (left + up) + (plane[at - stride - 1] & 0xFF) + upRight);
                int before = hasBefore
                        ? coarse(4 * (planeBefore[at] & 0xFF)
                                + (planeBefore[at - 1] & 0xFF)
                                + (planeBefore[at + 1] & 0xFF)
                                + (planeBefore[at - stride] & 0xFF)
                                + (planeBefore[at + stride] & 0xFF))
                        : 0;
                int inBefore = (before * COARSE + near) * NODES;
                int inMean = (coarseMean * COARSE + near) * NODES;
                int inNeighbours = ((Math.min(left, EXACT - 1) * EXACT + Math.min(up, EXACT - 1)) * EXACT
                                + Math.min(upRight, EXACT - 1))
                        * NODES;
                int magnitude = magnitude(Math.abs(row[x]), inBefore, inMean, inNeighbours);
                int sign = magnitude == 0 ? 0 : sign(row[x] < 0 ? 1 : 0, leftSign, rowSigns[x]);
                row[x] = sign < 0 ? -magnitude : magnitude;
                leftSign = sign;
                rowSigns[x] = (byte) sign;
                plane[at] = (byte) Math.min(magnitude, REMEMBERED);
                sum += Math.min(magnitude, REMEMBERED);
            }
            coarseMean = coarse((int) (4 * sum / ((long) (y + 1) * grid.columns())));
            levels.end(channel * grid.rows() + y, row);
        }
    }

    private int magnitude(int wanted, int inBefore, int inMean, int inNeighbours) {
        int wantedBits = Integer.SIZE - Integer.numberOfLeadingZeros(wanted);
        int bits = 0;
        while (bits < MOST_BITS && decide(wantedBits > bits ? 1 : 0, bits, inBefore, inMean, inNeighbours) == 1) {
            bits++;
        }
        if (bits < 2) {
            return bits;
        }
        int learnt = Math.min(bits, LONGEST_LEARNT);
        int highest = decide((wanted >> (bits - 2)) & 1, HIGHEST_NODE + learnt, inBefore, inMean, inNeighbours);
        int magnitude = 2 | highest;
        if (bits > 2) {
            int second = decide(
                    (wanted >> (bits - 3)) & 1, SECOND_NODE + 2 * learnt + highest, inBefore, inMean, inNeighbours);
            magnitude = (magnitude << 1) | second;
            for (int place = bits - 4; place >= 0; place--) {
                magnitude = (magnitude << 1) | coder.code((wanted >> place) & 1, HALF);
            }
        }
        return magnitude;
    }

    /** 1 or -1. */
    private int sign(int negative, int left, int up) {
        int at = (left + 1) * 3 + up + 1;
        int probability = Math.clamp(signs[at] >>> 20, 1, 4095);
        int bit = coder.code(negative, probability);
        signs[at] = learnt(signs[at], bit);
        return 1 - 2 * bit;
    }

    private int decide(int wanted, int node, int inBefore, int inMean, int inNeighbours) {
        int first = fromPlaneBefore[inBefore + node];
        int second = fromMean[inMean + node];
        int third = fromNeighbours[inNeighbours + node];
        int stretchedFirst = STRETCH[first >>> 20];
        int stretchedSecond = STRETCH[second >>> 20];
        int stretchedThird = STRETCH[third >>> 20];
        int weight = node * CONTEXTS;
        long mixed = (long) stretchedFirst * weights[weight]
                + (long) stretchedSecond * weights[weight + 1]
                + (long) stretchedThird * weights[weight + 2];
        int probability = SQUASH[Math.clamp(mixed >> 16, -2047, 2047) + 2048];

        int bit = coder.code(wanted, probability);

        int error = ((bit << ArithmeticCoder.PROBABILITY_BITS) - probability) * LEARNING_RATE;
        weights[weight] += (stretchedFirst * error + 0x2000) >> 14;
        weights[weight + 1] += (stretchedSecond * error + 0x2000) >> 14;
        weights[weight + 2] += (stretchedThird * error + 0x2000) >> 14;
        fromPlaneBefore[inBefore + node] = learnt(first, bit);
        fromMean[inMean + node] = learnt(second, bit);
        fromNeighbours[inNeighbours + node] = learnt(third, bit);
        return bit;
    }

    private static int learnt(int probability, int bit) {
        int count = probability & COUNT_MASK;
        int value = probability >>> COUNT_BITS;
        int moved = value + (int) (((long) ((bit == 1 ? CERTAIN : 0) - value) * STEP[count]) >> 16);
        return (moved << COUNT_BITS) | Math.min(count + 1, SLOWEST);
    }

    /** 0..15: 0, 1 and 2 as they are, then two steps an octave. */
    private static int coarse(int value) {
        if (value < 3) {
            return value;
        }
        int octave = 31 - Integer.numberOfLeadingZeros(value);
        return Math.min(2 * octave + ((value >> (octave - 1)) & 1), COARSE - 1);
    }
}
