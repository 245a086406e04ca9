package dev.baton.benchmarks;

import java.util.List;
import java.util.Locale;

/**
 * One situation to choose in.
 *
 * @param model          name of the model
 * @param uplinkMegabits rate of the link in each direction, Mbit/s
 * @param rttMillis      round trip of the link: twice the delay of one direction, without what broker and services add
 * @param slowdown       how many times slower than this machine the edge node's device is
 * @param quick          whether it is among the few of {@code --quick}
 */
record RegretCell(String model, double uplinkMegabits, double rttMillis, double slowdown, boolean quick) {

    static final List<String> MODELS =
            List.of("squeezenet", "resnet20-cifar10", "mobilenet_v2", "ultraface", "sms_spam_transformer", "gauge");
    static final List<Double> UPLINKS = List.of(0.5, 1.0, 2.0, 5.0, 10.0, 20.0, 50.0, 100.0, 300.0);
    static final List<Double> ROUND_TRIPS = List.of(5.0, 30.0, 100.0);
    static final List<Double> SLOWDOWNS = List.of(1.0, 4.0, 16.0);

    /** As in {@code gauge, 0.5 Mbit/s, 30 ms, 16x}. */
    @Override
    public String toString() {
        return "%s, %s Mbit/s, %s ms, %sx".formatted(model, plain(uplinkMegabits), plain(rttMillis), plain(slowdown));
    }

    /** A number without a fraction that is 0. */
    static String plain(double value) {
        return value == Math.rint(value) ? Long.toString((long) value) : String.format(Locale.ROOT, "%s", value);
    }
}
