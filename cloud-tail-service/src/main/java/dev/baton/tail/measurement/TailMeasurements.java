package dev.baton.tail.measurement;

import dev.baton.schemas.records.DecodeMeasurement;
import dev.baton.schemas.records.DevicePressure;
import dev.baton.schemas.records.FailureReason;
import dev.baton.schemas.records.MeasurementWindow;
import dev.baton.schemas.records.ModelRef;
import dev.baton.schemas.records.Summary;
import dev.baton.schemas.records.TailMeasurement;
import dev.baton.schemas.records.TailModelWindow;
import dev.baton.schemas.records.TailWindow;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/**
 * Decode and run times per model and split point, and how busy this tail is, window by window. A split point without work in a window keeps
 * its last known summary, so that a reader who joins late knows every tail; the number of requests tells whether there
 * was work.
 */
public final class TailMeasurements {

    private final String tail;
    private final String device;
    private final int workers;
    private final Supplier<DevicePressure> pressure;
    private final TailListener listener;
    private final LongSupplier nanos;
    private final Map<ModelRef, Model> models = new LinkedHashMap<>();
    private long windowStart;
    private long sequence;
    private long workedNanos;
    private int inHand;

    /** Begins the first window of a tail with one worker, whose machine tells nothing. */
    public TailMeasurements(String tail, String device, LongSupplier nanos) {
        this(tail, device, 1, DevicePressure::getDefaultInstance, TailListener.NONE, nanos);
    }

    /**
     * Begins the first window.
     *
     * @param tail   the name of this tail
     * @param device where it runs models, {@code cpu} or {@code gpu:N}
     * @param workers  models that run at the same time
     * @param pressure how busy the machine is
     * @param listener hears of every request as well
     * @param nanos    a monotonic clock
     */
    public TailMeasurements(
            String tail,
            String device,
            int workers,
            Supplier<DevicePressure> pressure,
            TailListener listener,
            LongSupplier nanos) {
        this.tail = tail;
        this.device = device;
        this.workers = workers;
        this.pressure = pressure;
        this.listener = listener;
        this.nanos = nanos;
        this.windowStart = nanos.getAsLong();
    }

    /** Work on a record begins; {@link #ended} follows, whatever comes of it. */
    public synchronized void began() {
        inHand++;
    }

    public synchronized void ended() {
        inHand--;
    }

    /**
     * A record that was answered with outputs.
     *
     * @param codec of its tensors, or its picture's media type
     * @param run   time of the run it had a part in
     * @param batch records that had
     */
    public synchronized void answered(
            ModelRef ref, int splitPoint, String codec, Duration queue, Duration decode, Duration run, int batch) {
        workedNanos += run.toNanos() / batch;
        Model model = models.get(ref);
        if (model == null) {
            return; // retired while this record was being answered
        }
        listener.answered(ref, splitPoint, queue, decode, run, batch);
        model.requests++;
        model.queue.samples.add(queue);
        model.batch.samples.add(batch);
        model.tail(splitPoint).decode.samples.add(decode);
        model.tail(splitPoint).decoding(codec).samples.add(decode);
        model.tail(splitPoint).run.samples.add(run);
    }

    /** A record of a model that was answered with a failure; nothing where the model is not known here. */
    public synchronized void refused(ModelRef ref, FailureReason reason) {
        Model model = models.get(ref);
        if (model != null) {
            listener.refused(ref, reason);
            model.requests++;
            model.failures++;
        }
    }

    /**
     * A decode that was timed without any record asking for it.
     *
     * @param usual whether it stands for codecs in general
     */
    public synchronized void profiledDecode(
            ModelRef ref, int splitPoint, String codec, Duration decode, boolean usual) {
        Tail timed = model(ref).tail(splitPoint);
        timed.decoding(codec).samples.add(decode);
        if (usual) {
            timed.decode.samples.add(decode);
        }
    }

    /** A run that was timed without any record asking for it. */
    public synchronized void profiledRun(ModelRef ref, int splitPoint, Duration run) {
        model(ref).tail(splitPoint).run.samples.add(run);
    }

    /** From now on {@code ref} is measured. */
    public synchronized void begin(ModelRef ref) {
        model(ref);
    }

    /** From now on {@code ref} is no longer reported. */
    public synchronized void forget(ModelRef ref) {
        models.remove(ref);
    }

    /** Ends the current window and begins the next one. */
    public synchronized MeasurementWindow endWindow() {
        long now = nanos.getAsLong();
        long length = Math.max(1, now - windowStart);
        TailWindow.Builder window = TailWindow.newBuilder()
                .setTail(tail)
                .setDevice(device)
                .setPressure(pressure.get())
                .setWorkers(workers)
                .setUtilization(Math.min(1, workedNanos / (double) length / workers))
                .setWaiting(Math.max(0, inHand - workers));
        workedNanos = 0;
        models.forEach((ref, model) -> window.addModels(model.endWindow(ref)));
        MeasurementWindow ended = MeasurementWindow.newBuilder()
                .setTail(window)
                .setLengthMicros((now - windowStart) / 1_000)
                .setSequence(++sequence)
                .build();
        windowStart = now;
        return ended;
    }

    private Model model(ModelRef ref) {
        return models.computeIfAbsent(ref, absent -> new Model());
    }

    private static final class Model {

        private final Measured queue = new Measured();
        private final Measured batch = new Measured();
        private final Map<Integer, Tail> tails = new TreeMap<>();
        private long requests;
        private long failures;

        Tail tail(int splitPoint) {
            return tails.computeIfAbsent(splitPoint, absent -> new Tail());
        }

        TailModelWindow endWindow(ModelRef ref) {
            TailModelWindow.Builder window = TailModelWindow.newBuilder()
                    .setModel(ref)
                    .setRequests(requests)
                    .setFailures(failures)
                    .setQueueMicros(queue.endWindow())
                    .setBatchSize(batch.endWindow());
            tails.forEach((splitPoint, tail) -> window.addTails(tail.endWindow(splitPoint)));
            requests = 0;
            failures = 0;
            return window.build();
        }
    }

    private static final class Tail {

        private final Measured decode = new Measured();
        private final Measured run = new Measured();
        private final Map<String, Measured> decodings = new TreeMap<>();

        Measured decoding(String codec) {
            return decodings.computeIfAbsent(codec, absent -> new Measured());
        }

        TailMeasurement endWindow(int splitPoint) {
            TailMeasurement.Builder window = TailMeasurement.newBuilder()
                    .setSplitPoint(splitPoint)
                    .setDecodeMicros(decode.endWindow())
                    .setRunMicros(run.endWindow());
            decodings.forEach((codec, decoding) -> window.addDecodings(
                    DecodeMeasurement.newBuilder().setCodec(codec).setDecodeMicros(decoding.endWindow())));
            return window.build();
        }
    }

    private static final class Measured {

        private WindowSamples samples = new WindowSamples();
        private Summary lastKnown = Summary.getDefaultInstance();

        Summary endWindow() {
            if (!samples.isEmpty()) {
                lastKnown = samples.summary();
                samples = new WindowSamples();
            }
            return lastKnown;
        }
    }
}
