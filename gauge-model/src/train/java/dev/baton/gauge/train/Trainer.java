package dev.baton.gauge.train;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.AdamW;
import org.bytedeco.pytorch.AdamWOptions;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;

/** Teaches the network from the picture cache for a given time and keeps a running mean of its weights. */
final class Trainer {
    /* The schedule follows the clock, not a number of steps: the time is what is given, and how many steps fit in it
       depends on the machine. Convolutions run in bfloat16 and channels-last, measured 2.5 to 3 times faster than
       float32 on a CPU with AVX512-BF16; the layers after them, where a reading's precision is made, in float32. Each
       worker thread takes its share of a batch through the network alone; gradients add up in the weights, where
       libtorch locks them. Threads inside operators (OpenMP) are off: they wait for each other at the end of every
       layer, which fell from 256 to below 60 pictures/s on a machine that had other work. Workers meet once a step. */

    /** Pictures that a worker takes at one step. */
    private static final int SHARE = 32;

    private static final double WEIGHT_DECAY = 0.02;
    private static final double WARM_UP = 0.03;
    private static final float MEAN_RATE = 0.04f;
    private static final int MEAN_EVERY = 8;

    /** Pictures at the start of the cache that are never learnt from but watched during training. */
    static final int VALIDATION = 1000;

    /** As many of them as a report in between takes the time for. */
    private static final int WATCHED = 320;

    private final PictureCache cache;
    private final double peakRate;
    private final Duration time;
    private final int workers;
    private final TorchLayers network = TorchLayers.initialised(1);
    private final TorchLayers meanNetwork = TorchLayers.initialised(1);

    Trainer(PictureCache cache, Duration time, double peakRate, int workers) {
        this.workers = workers;
        this.cache = cache;
        this.time = time;
        this.peakRate = peakRate;
    }

    /** Starts from the given weights instead of from chance. */
    void resume(Weights weights) {
        weights.into(network);
    }

    /** Leaves layers as they are: see {@link TorchLayers#freeze}. */
    void freeze(List<String> prefixes) {
        network.freeze(prefixes);
    }

    void train(Path checkpoint) throws IOException, InterruptedException, ExecutionException {
        BlockingQueue<Batch> batches = new ArrayBlockingQueue<>(4);
        startLoader(batches);
        torch.set_num_threads(1);
        ExecutorService pool = Executors.newFixedThreadPool(workers);
        TensorVector learnt = network.learntTensors();
        AdamWOptions options = new AdamWOptions(peakRate);
        options.weight_decay().put(WEIGHT_DECAY);
        AdamW optimiser = new AdamW(learnt, options);
        Weights mean = Weights.of(network);
        network.training(true);
        long start = System.nanoTime();
        long nextReport = start + Duration.ofMinutes(1).toNanos();
        double lossSum = 0;
        double errorSum = 0;
        int sinceReport = 0;
        for (int step = 1; ; step++) {
            double progress = (System.nanoTime() - start) / (double) time.toNanos();
            if (progress >= 1) {
                break;
            }
            setRate(optimiser, rate(progress));
            List<Callable<float[]>> shares = new ArrayList<>();
            for (int worker = 0; worker < workers; worker++) {
                Batch batch = batches.take();
                shares.add(() -> learn(batch));
            }
            optimiser.zero_grad();
            for (Future<float[]> share : pool.invokeAll(shares)) {
                lossSum += share.get()[0];
                errorSum += share.get()[1] / workers;
            }
            torch.clip_grad_norm_(learnt, 5.0);
            try (PointerScope _ = new PointerScope()) {
                optimiser.step();
            }
            sinceReport++;
            if (step % MEAN_EVERY == 0) {
                // Early weights are poor: the mean begins short and becomes long.
                mean.moveTowards(network, Math.max(MEAN_RATE, 1f / (1 + step / (float) MEAN_EVERY)));
            }
            if (System.nanoTime() > nextReport) {
                Weights.of(network).write(Path.of(checkpoint + ".last"));
                mean.write(checkpoint);
                mean.into(meanNetwork);
                System.out.printf(
                        "%5.1f min  step %6d  pictures %8d of %6d  loss %.4f  error %.4f  validation error %.4f%n",
                        (System.nanoTime() - start) / 60e9,
                        step,
                        (long) step * SHARE * workers,
                        cache.size(),
                        lossSum / sinceReport,
                        errorSum / sinceReport,
                        meanError(meanNetwork, cache, WATCHED));
                cache.refresh();
                lossSum = 0;
                errorSum = 0;
                sinceReport = 0;
                nextReport = System.nanoTime() + Duration.ofMinutes(2).toNanos();
            }
        }
        pool.shutdown();
        Weights.of(network).write(Path.of(checkpoint + ".last"));
        mean.write(checkpoint);
        mean.into(meanNetwork);
        System.out.printf("last weights: validation error %.5f%n", meanError(network, cache, VALIDATION));
        System.out.printf("finished: validation error %.5f%n", meanError(meanNetwork, cache, VALIDATION));
    }

    /** Adds the gradients of a share of the batch to the weights; returns its part of the loss, and its error. */
    private float[] learn(Batch batch) {
        torch.set_num_threads(1);
        try (PointerScope _ = new PointerScope()) {
            Losses losses = losses(network, batch);
            Tensor part = losses.total().mul(new Scalar(1f / workers));
            part.backward();
            return new float[] {part.item_float(), losses.error().item_float()};
        }
    }

    /** Mean absolute error in half precision, as a fraction of full scale, on the first {@code count} pictures of a cache. */
    static double meanError(TorchLayers network, PictureCache cache, int count) {
        network.training(false);
        double sum = 0;
        for (int first = 0; first < count; first += SHARE) {
            int size = Math.min(SHARE, count - first);
            Batch batch = Batch.plain(cache, first, size);
            try (PointerScope _ = new PointerScope();
                    NoGradGuard _ = new NoGradGuard()) {
                sum += losses(network, batch).error().item_float() * size;
            }
        }
        return sum / count;
    }

    private record Losses(Tensor total, Tensor error) {}

    private static Losses losses(TorchLayers network, Batch batch) {
        int size = batch.size();
        Tensor images = Tensor.create(batch.images(), size, 3, GaugeNetwork.SIDE, GaugeNetwork.SIDE)
                .contiguous(torch.MemoryFormat.ChannelsLast);
        Tensor features = inHalfPrecision(network, images);
        Tensor logits = GaugeNetwork.logits(network, features);
        Tensor reading = GaugeNetwork.read(network, logits);
        Tensor directions = GaugeNetwork.directions(network, features);
        Tensor error = reading.sub(Tensor.create(batch.fractions(), size, 1)).abs().mean();
        Tensor distribution = torch.log_softmax(logits, 1)
                .mul(Tensor.create(batch.bins(), size, GaugeNetwork.BINS))
                .sum()
                .mul(new Scalar(-1f / size));
        Tensor direction = directions
                .sub(Tensor.create(batch.directions(), size, GaugeNetwork.DIRECTION_VALUES))
                .square()
                .mean();
        Tensor total = distribution.add(error.mul(new Scalar(10f))).add(direction.mul(new Scalar(5f)));
        return new Losses(total, error);
    }

    private static Tensor inHalfPrecision(TorchLayers network, Tensor images) {
        torch.set_autocast_dtype(torch.DeviceType.CPU, torch.ScalarType.BFloat16);
        torch.set_autocast_enabled(torch.DeviceType.CPU, true);
        torch.increment_nesting();
        try {
            return GaugeNetwork.features(network, images).toType(torch.ScalarType.Float);
        } finally {
            torch.decrement_nesting();
            torch.set_autocast_enabled(torch.DeviceType.CPU, false);
            torch.clear_cache();
        }
    }

    /** Rises over the first {@value #WARM_UP} of the time, then falls along a cosine to zero. */
    private double rate(double progress) {
        if (progress < WARM_UP) {
            return peakRate * (0.05 + 0.95 * progress / WARM_UP);
        }
        double fallen = (progress - WARM_UP) / (1 - WARM_UP);
        return peakRate * Math.max(0.002, (1 + Math.cos(Math.PI * fallen)) / 2);
    }

    private static void setRate(AdamW optimiser, double rate) {
        try (PointerScope _ = new PointerScope()) {
            optimiser.param_groups().get(0).options().set_lr(rate);
        }
    }

    private void startLoader(BlockingQueue<Batch> batches) {
        SplittableRandom random = new SplittableRandom();
        Thread.ofPlatform().daemon().name("loader").start(() -> {
            try {
                while (true) {
                    batches.put(Batch.augmented(cache, VALIDATION, SHARE, random));
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
    }
}
