package dev.baton.planning.change;

import dev.baton.planning.Chooser;
import dev.baton.planning.Constraint;
import dev.baton.planning.EdgeObservation;
import dev.baton.planning.EdgeState;
import dev.baton.planning.ModelProfile;
import dev.baton.planning.Moments;
import dev.baton.planning.Objective;
import dev.baton.planning.Predictions;
import dev.baton.planning.Predictor;
import dev.baton.planning.Preferences;
import dev.baton.planning.TailPool;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Keeps the plan of one model version on one edge node: takes in what is measured, and says at each look whether the plan
 * changes. Not thread-safe: one owner at a time.
 */
public final class PlanKeeper {
    /*
     * Three questions stand between a better prediction and a changed plan.
     *
     * Is the gain worth it? Under 2 % or 0.3 ms it is not. From 10 % and 1 ms, and twice the standard error of the predicted
     * difference, it counts at once. What lies between must last: for three windows, and until the gain, as the mean of so many
     * windows whose errors are taken as independent, is beyond twice its standard error. So a small gain does come in the end, and
     * noise does not. After a change point, in the link or in the ratio of measured to predicted latency, what was waited for is
     * another situation: any sure gain counts at once.
     *
     * May it change again? In no minute more often than the bound. While half of the changes are left, that is all. Then a gain
     * must have lasted, the longer the fewer are left: a link that flaps every second never gets to the last ones, so that they are
     * there when it settles, and the plan is never a minute away from where it belongs.
     *
     * Did it come? A change is on trial until twenty requests were answered under it. Their median is compared with what the old
     * placement would take now: its prediction of now, times how far it was off while it was measured, window by window. Comparing with what
     * it took back then would blame the new plan for the very change of the link that called for it. A window in which the link
     * changed is held against the prediction, that of before or of after it, which it is nearer to. When the new one is no
     * better, the plan goes back, and the choice is left alone: for 30 s, doubling with every failure.
     *
     * Constraints and pins do not wait. A latency target does, as it is missed by noise as much as by placements.
     */
    private static final short NONE = -1;
    private static final Chooser CHOOSER = new Chooser();

    /** What was measured weighs as much as this many requests before, at most. */
    private static final float MEASURED_MEMORY = 32;

    /** What a window's ratio of measured to predicted score counts against those before. */
    private static final float RATIO_SHARE = 0.3f;

    private final EdgeState state;
    private final ChangeSettings settings;
    private final ChangeDetector rate = new ChangeDetector();
    private final ChangeDetector roundTrip = new ChangeDetector();
    private final ChangeDetector latency = new ChangeDetector();
    private final SwitchBudget budget;
    private final FailedChoices failed;

    private short current = NONE;
    private short pin = NONE;
    private long epoch;
    private long sinceMicros;

    /** What calls for an answer at once; null when nothing does. */
    private @Nullable Trigger change;

    private @Nullable Preferences lookedWith;

    /** Windows in a row in which something was better by enough; counted once a window. */
    private byte lasting;

    private boolean windowSinceLook;
    private float hopedMicros;

    private float predictedScore = Float.NaN;
    private float measuredScore = Float.NaN;
    private float measuredMicros = Float.NaN;
    private float measuredRequests;

    /** Of a window that no prediction was held against yet; none when {@code NaN}. */
    private float newestScore = Float.NaN;

    /** Measured to predicted score under the plan in force. */
    private float measuredRatio = Float.NaN;

    /** The choice that a change on trial replaced; none when nothing is on trial. */
    private short replaced = NONE;

    private byte trialWindows;
    private float replacedRatio;
    private float promisedMicros = Float.NaN;
    private float replacedMicros = Float.NaN;

    public PlanKeeper(EdgeState state, ChangeSettings settings) {
        this.state = state;
        this.settings = settings;
        this.budget = new SwitchBudget(settings.switchesPerMinute());
        this.failed = new FailedChoices(settings.firstBackOffSeconds(), settings.longestBackOffSeconds());
    }

    /** Takes over a plan that was made before, by this process or another. */
    public void recover(int choice, long epoch, long nowMicros) {
        if (choice != current) {
            begin(choice, nowMicros);
        }
        this.epoch = epoch;
    }

    /** Takes in what the edge node measured. */
    public void observe(EdgeObservation window, long nowMicros) {
        state.observe(window, nowMicros);
        windowSinceLook = true;
        if (window.change().isPresent()) {
            change = Trigger.EDGE_SAID;
        }
        boolean rateChanged = changed(rate, state.bytesPerSecond());
        boolean roundTripChanged = changed(roundTrip, state.roundTripMicros());
        if (rateChanged || roundTripChanged) {
            change = Trigger.LINK_CHANGED;
        }
        for (EdgeObservation.PlacementTimes placement : window.placements()) {
            if (placement.planEpoch() == epoch && current != NONE) {
                measured(placement);
            }
        }
    }

    private static boolean changed(ChangeDetector detector, double value) {
        return value > 0 && detector.changedBy(value);
    }

    private void measured(EdgeObservation.PlacementTimes placement) {
        Optional<Moments> total = placement.totalMicros();
        if (total.isEmpty()) {
            return;
        }
        float weight = (float) Math.min(MEASURED_MEMORY, (double) total.get().count());
        float micros = (float) total.get().p50();
        measuredMicros = merged(measuredMicros, micros, weight);
        Optional<Moments> score =
                lookedWith != null && lookedWith.objective() instanceof Objective.Energy ? placement.joules() : total;
        if (score.isPresent() && score.get().p50() > 0) {
            measuredScore = merged(measuredScore, (float) score.get().p50(), weight);
            newestScore = (float) score.get().p50();
            if (predictedScore > 0 && changed(latency, score.get().p50() / predictedScore)) {
                change = Trigger.LATENCY_CHANGED;
            }
        }
        measuredRequests = Math.min(MEASURED_MEMORY, measuredRequests + weight);
        trialWindows = (byte) Math.min(trialWindows + 1, Byte.MAX_VALUE);
    }

    private float merged(float before, float value, float weight) {
        return Float.isNaN(before) ? value : before + (value - before) * weight / (weight + measuredRequests);
    }

    /** Looks at the situation: the plan stays, or changes and is taken on. {@code scratch} holds the predictions afterwards. */
    public Decision look(
            TailPool tails, Preferences preferences, Predictor predictor, Predictions scratch, long nowMicros) {
        predictor.predict(state, tails, nowMicros, scratch);
        if (lookedWith != null && !lookedWith.equals(preferences)) {
            change = Trigger.PREFERENCES;
        }
        lookedWith = preferences;
        if (current != NONE) {
            learnRatio((float) comparable(scratch, preferences, current));
        }
        Decision decision = decide(scratch, preferences, nowMicros);
        predictedScore = current == NONE ? Float.NaN : (float) comparable(scratch, preferences, current);
        windowSinceLook = false;
        return decision;
    }

    private void learnRatio(float predictedNow) {
        float before = newestScore / predictedScore;
        float after = newestScore / predictedNow;
        boolean isBefore = Float.isNaN(after) || Math.abs(Math.log(before)) < Math.abs(Math.log(after));
        float nearer = isBefore ? before : after;
        newestScore = Float.NaN;
        if (nearer > 0 && Float.isFinite(nearer)) {
            measuredRatio =
                    Float.isNaN(measuredRatio) ? nearer : measuredRatio + RATIO_SHARE * (nearer - measuredRatio);
        }
    }

    private Decision decide(Predictions predictions, Preferences preferences, long nowMicros) {
        hopedMicros = 0;
        if (pin != NONE) {
            return current == pin ? Decision.Keep.PINNED : to(pin, Trigger.PIN, predictions, nowMicros);
        }
        int best = best(predictions, preferences, nowMicros);
        if (best < 0) {
            return withoutBest(predictions, preferences, nowMicros);
        }
        if (current == NONE) {
            return to(best, Trigger.FIRST_PLAN, predictions, nowMicros);
        }
        int violated = CHOOSER.violated(predictions, preferences, current);
        if ((violated & ~Constraint.LATENCY_TARGET.bit()) != 0) {
            return to(best, Trigger.CONSTRAINT, predictions, nowMicros);
        }
        if (goBack(predictions, preferences)) {
            return back(predictions, nowMicros);
        }
        double score = CHOOSER.score(predictions, preferences, current);
        if (Double.isNaN(score) || Double.isNaN(predictions.micros(current))) {
            return lost(best, predictions, nowMicros);
        }
        if (violated != 0) {
            return within(best, Trigger.CONSTRAINT, predictions, nowMicros);
        }
        return best == current ? stays() : compare(best, score, predictions, preferences, nowMicros);
    }

    private Decision stays() {
        lasting = 0;
        change = null;
        return Decision.Keep.BEST;
    }

    /**
     * The plan's prediction is lost, as when the edge node has no estimate of its link for a moment: it leaves the plan when that
     * lasts. Requests do not wait for it, since an edge node whose link is gone finishes them by itself.
     */
    private Decision lost(int best, Predictions predictions, long nowMicros) {
        if (windowSinceLook) {
            lasting = (byte) Math.min(lasting + 1, Byte.MAX_VALUE);
        }
        return lasting >= settings.lastingWindows()
                ? within(best, Trigger.UNKNOWN, predictions, nowMicros)
                : Decision.Keep.MUST_LAST;
    }

    /** Whether the gain of {@code best} is worth a change now. */
    private Decision compare(int best, double score, Predictions predictions, Preferences preferences, long nowMicros) {
        double gain = score - CHOOSER.score(predictions, preferences, best);
        double unit = preferences.objective() instanceof Objective.Latency ? 1 : 0;
        double error = error(best, score, predictions);
        hopedMicros = (float) Math.max(0, predictions.micros(current) - predictions.micros(best));
        if (gain < settings.leastRelative() * score || gain * unit < settings.leastMicros() * unit) {
            lasting = 0;
            change = null;
            return Decision.Keep.SMALL_GAIN;
        }
        if (windowSinceLook) {
            lasting = (byte) Math.min(lasting + 1, Byte.MAX_VALUE);
        }
        int left = budget.left(nowMicros);
        if (left == 0) {
            return Decision.Keep.NO_SWITCH_LEFT;
        }
        boolean sure = gain >= settings.sureErrors() * error;
        boolean large = gain >= settings.largeRelative() * score && gain * unit >= settings.largeMicros() * unit;
        if (sure && (large || change != null)) {
            return lasting >= patience(left)
                    ? within(best, change == null ? Trigger.BETTER : change, predictions, nowMicros)
                    : Decision.Keep.FEW_SWITCHES_LEFT;
        }
        boolean lasted = lasting >= Math.max(settings.lastingWindows(), patience(left))
                && gain * Math.sqrt(lasting) >= settings.sureErrors() * error;
        return lasted ? within(best, Trigger.BETTER, predictions, nowMicros) : Decision.Keep.MUST_LAST;
    }

    /** Windows that any gain must have lasted for with so many changes left: 0 for the first half, then more and more. */
    private int patience(int left) {
        int spentOfSecondHalf = (settings.switchesPerMinute() + 1) / 2 - left;
        return spentOfSecondHalf < 0 ? 0 : settings.lastingWindows() + spentOfSecondHalf;
    }

    /** Standard error of the difference of scores: for other objectives than latency, in the proportion that it has there. */
    private double error(int best, double score, Predictions predictions) {
        double share = predictions.differenceErrorMicros(current, best) / predictions.micros(current);
        return Double.isNaN(share) ? score : share * score;
    }

    /** The best of what may be chosen and is not left alone; −1 when there is none. */
    private int best(Predictions predictions, Preferences preferences, long nowMicros) {
        int best = CHOOSER.best(predictions, preferences);
        if (best < 0 || best == current || !failed.blocks(best, nowMicros)) {
            return best;
        }
        ModelProfile profile = state.profile();
        int found = best;
        double least = Double.POSITIVE_INFINITY;
        for (int alternative = 0; alternative < profile.alternatives(); alternative++) {
            if (predictions.occurs(alternative)
                    && !Double.isNaN(predictions.micros(alternative))
                    && CHOOSER.violated(predictions, preferences, alternative) == 0
                    && (alternative == current || !failed.blocks(alternative, nowMicros))) {
                double score = CHOOSER.score(predictions, preferences, alternative);
                if (score < least) {
                    least = score;
                    found = alternative;
                }
            }
        }
        return found;
    }

    /** Nothing that may be chosen is predicted. */
    private Decision withoutBest(Predictions predictions, Preferences preferences, long nowMicros) {
        boolean allowed = false;
        for (int alternative = 0; alternative < state.profile().alternatives() && !allowed; alternative++) {
            allowed = predictions.occurs(alternative)
                    && (CHOOSER.violated(predictions, preferences, alternative) & ~Constraint.LATENCY_TARGET.bit()) == 0
                    && Double.isNaN(predictions.micros(alternative));
        }
        int least = CHOOSER.leastViolating(predictions, preferences);
        if (current == NONE) {
            return to(least, allowed ? Trigger.FIRST_PLAN : Trigger.NOTHING_FEASIBLE, predictions, nowMicros);
        }
        int violated = CHOOSER.violated(predictions, preferences, current) & ~Constraint.LATENCY_TARGET.bit();
        if (violated != 0 && least != current) {
            return to(least, Trigger.NOTHING_FEASIBLE, predictions, nowMicros);
        }
        return allowed ? Decision.Keep.UNKNOWN : Decision.Keep.NOTHING_FEASIBLE;
    }

    /** Whether the change on trial is to be taken back: it is no better than what it replaced would be. */
    private boolean goBack(Predictions predictions, Preferences preferences) {
        if (replaced == NONE
                || measuredRequests < ChangeSettings.LEAST_TRIAL_REQUESTS
                || (measuredRequests < settings.trialRequests() && trialWindows < settings.trialWindows())) {
            return false;
        }
        double expected = comparable(predictions, preferences, replaced) * replacedRatio;
        boolean better = !(measuredScore > expected * (1 + settings.leastRelative()));
        if (better || CHOOSER.violated(predictions, preferences, replaced) != 0) {
            if (measuredScore < expected) {
                failed.forgive(current);
            }
            replaced = NONE;
            return false;
        }
        return true;
    }

    private Decision back(Predictions predictions, long nowMicros) {
        if (budget.left(nowMicros) == 0) {
            return Decision.Keep.NO_SWITCH_LEFT;
        }
        short returned = replaced;
        failed.fail(current, nowMicros);
        Decision decision = within(returned, Trigger.ROLL_BACK, predictions, nowMicros);
        replaced = NONE;
        return decision;
    }

    /** The score in a unit in which it is also measured: latency, or joules; {@code NaN} where it is not. */
    private static double comparable(Predictions predictions, Preferences preferences, int alternative) {
        return switch (preferences.objective()) {
            case Objective.Latency latency -> predictions.micros(alternative);
            case Objective.Energy energy -> predictions.joules(alternative);
            case Objective.CloudCost cost -> Double.NaN;
            case Objective.Weighted weighted -> Double.NaN;
        };
    }

    private Decision within(int choice, Trigger trigger, Predictions predictions, long nowMicros) {
        if (choice == current) {
            return stays();
        }
        if (budget.left(nowMicros) == 0) {
            return Decision.Keep.NO_SWITCH_LEFT;
        }
        budget.spend(nowMicros);
        return to(choice, trigger, predictions, nowMicros);
    }

    private Decision to(int choice, Trigger trigger, Predictions predictions, long nowMicros) {
        short previous = current;
        if (choice == previous) {
            return Decision.Keep.NOTHING_FEASIBLE;
        }
        float ratio = measuredRatio;
        float measured = measuredMicros;
        begin(choice, nowMicros);
        epoch = Math.max(epoch, state.activePlanEpoch()) + 1;
        promisedMicros = (float) predictions.micros(choice);
        replacedMicros = measured;
        if (previous != NONE && !Float.isNaN(ratio) && trigger != Trigger.PIN) {
            replaced = previous;
            replacedRatio = ratio;
        }
        return new Decision.Switch(choice, previous, epoch, trigger);
    }

    private void begin(int choice, long nowMicros) {
        current = (short) choice;
        sinceMicros = nowMicros;
        change = null;
        lasting = 0;
        latency.restart();
        measuredMicros = Float.NaN;
        measuredScore = Float.NaN;
        newestScore = Float.NaN;
        measuredRatio = Float.NaN;
        measuredRequests = 0;
        trialWindows = 0;
        replaced = NONE;
        promisedMicros = Float.NaN;
        replacedMicros = Float.NaN;
    }

    /** Holds on to a choice from the next look on; −1 lets the predictions decide again. */
    public void pin(int choice) {
        if (pin != NONE && choice < 0) {
            change = Trigger.UNPIN;
        }
        pin = (short) choice;
    }

    /** Makes the plan anew as it is, under the next epoch, which is returned. */
    public long renew(long nowMicros) {
        if (current == NONE) {
            throw new IllegalStateException("there is no plan to make anew");
        }
        epoch = Math.max(epoch, state.activePlanEpoch()) + 1;
        sinceMicros = nowMicros;
        return epoch;
    }

    /** What is known of the edge node. */
    public EdgeState state() {
        return state;
    }

    /** The number of the alternative in force; −1 before the first plan. */
    public int choice() {
        return current;
    }

    /** Of the plan in force; 0 before the first plan. */
    public long epoch() {
        return epoch;
    }

    /** When the plan in force was made, on the caller's clock. */
    public long sinceMicros() {
        return sinceMicros;
    }

    /** Median latency of requests under the plan in force; {@code NaN} before the first. */
    public double measuredMicros() {
        return measuredMicros;
    }

    /** What the plan in force was predicted to take when it was made; {@code NaN} when unknown. */
    public double promisedMicros() {
        return promisedMicros;
    }

    /** Median latency under the plan before, when it was last in force; {@code NaN} when it was not measured. */
    public double replacedMicros() {
        return replacedMicros;
    }

    /** Changes that may be made at once. */
    public int switchesLeft(long nowMicros) {
        return budget.left(nowMicros);
    }

    /** Whether {@code choice} did not bring its gain and is left alone. */
    public boolean leavesAlone(int choice, long nowMicros) {
        return failed.blocks(choice, nowMicros);
    }

    /** What looking at this edge node first is worth: microseconds a second that its requests would have gained at the last look. */
    public double urgency() {
        double perSecond = state.requestsPerSecond();
        return Double.isNaN(perSecond) ? 0 : perSecond * hopedMicros;
    }
}
