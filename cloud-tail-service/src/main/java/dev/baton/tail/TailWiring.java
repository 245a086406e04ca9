package dev.baton.tail;

import dev.baton.inference.Device;
import dev.baton.inference.EngineSettings;
import dev.baton.inference.InferenceEngine;
import dev.baton.inference.OnnxRuntimeEngine;
import dev.baton.inference.SessionCache;
import dev.baton.inference.SessionMetrics;
import dev.baton.messaging.ClientSettings;
import dev.baton.messaging.KafkaConnection;
import dev.baton.messaging.MachinePressure;
import dev.baton.openinference.grpc.StreamErrorsInterceptor;
import dev.baton.openinference.protocol.DeadlineWatch;
import dev.baton.openinference.protocol.ErrorContract;
import dev.baton.openinference.protocol.InferenceCalls;
import dev.baton.openinference.protocol.OpenInference;
import dev.baton.openinference.protocol.RequestThreads;
import dev.baton.openinference.rest.RestApi;
import dev.baton.openinference.rest.RestLimits;
import dev.baton.partitioning.splitpackage.PackageCache;
import dev.baton.partitioning.splitpackage.PackageMemory;
import dev.baton.tail.answer.ActivationDecoder;
import dev.baton.tail.answer.AnswerTrace;
import dev.baton.tail.answer.TailInference;
import dev.baton.tail.answer.WholeModelServer;
import dev.baton.tail.batch.BatchSettings;
import dev.baton.tail.batch.Batches;
import dev.baton.tail.kafka.ActivationAnswering;
import dev.baton.tail.kafka.KafkaActivationReceiver;
import dev.baton.tail.kafka.KafkaCatalog;
import dev.baton.tail.kafka.KafkaDeadLetters;
import dev.baton.tail.kafka.KafkaMeasurements;
import dev.baton.tail.kafka.KafkaResultSender;
import dev.baton.tail.kafka.LazyProducer;
import dev.baton.tail.lateness.DelayBaseline;
import dev.baton.tail.measurement.TailMeasurements;
import dev.baton.tail.metrics.TailMetrics;
import dev.baton.tail.models.PackageModelOpener;
import dev.baton.tail.models.ServedModels;
import dev.baton.tail.models.TailProfile;
import dev.baton.tail.quota.Quotas;
import dev.baton.tail.redis.RedisTokens;
import io.opentelemetry.api.metrics.Meter;
import io.opentelemetry.api.trace.Tracer;
import io.quarkus.grpc.GlobalInterceptor;
import io.quarkus.redis.datasource.RedisDataSource;
import jakarta.enterprise.inject.Instance;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.net.http.HttpClient;
import java.time.Duration;
import java.time.InstantSource;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/** The parts of the tail, in the order of the main path. Nothing runs before {@link TailLifecycle} starts it. */
@Singleton
public final class TailWiring {

    /** Edge nodes whose usual delay is remembered; some hundred bytes each. */
    private static final int MAX_EDGES = 10_000;

    private final TailConfig config;
    private final String tailId;
    private final KafkaConnection connection;

    public TailWiring(TailConfig config) {
        this.config = config;
        this.tailId = config.id().orElseGet(TailWiring::hostName);
        this.connection = new KafkaConnection(
                config.kafka().bootstrapServers(),
                config.kafka().maxRecordBytes(),
                config.kafka().extra());
    }

    @Produces
    @Singleton
    KafkaActivationReceiver activationReceiver(
            ServedModels models,
            TailInference inference,
            KafkaResultSender results,
            KafkaDeadLetters deadLetters,
            Tracer tracer) {
        return new KafkaActivationReceiver(
                () -> new KafkaConsumer<>(
                        ClientSettings.lowLatencyConsumer(
                                connection, tailId + "-activations", config.group(), config.maxPollRecords()),
                        new StringDeserializer(),
                        new ByteArrayDeserializer()),
                models,
                new ActivationAnswering(inference, results, deadLetters, tracer),
                new KafkaActivationReceiver.Settings(config.maxInHand(), config.maxInHandBytes(), config.stopTimeout()),
                System::nanoTime);
    }

    @Produces
    @Singleton
    TailInference inference(
            ServedModels models, Quotas quotas, Batches batches, TailMeasurements measurements, Tracer tracer) {
        return new TailInference(
                tailId,
                models,
                quotas,
                new ActivationDecoder(config.maxTensorBytes()),
                batches,
                new DelayBaseline(MAX_EDGES),
                config.loadingPatience(),
                measurements,
                new AnswerTrace(tracer),
                System::nanoTime);
    }

    @Produces
    @Singleton
    OpenInference protocol(
            ServedModels models,
            Quotas quotas,
            Batches batches,
            TailMeasurements measurements,
            @ConfigProperty(name = "quarkus.application.version") String version) {
        return new OpenInference(
                new WholeModelServer(tailId, version, models, quotas, batches, measurements, System::nanoTime),
                InstantSource.system(),
                System::nanoTime);
    }

    @Produces
    @Singleton
    InferenceCalls calls(RequestThreads threads, DeadlineWatch deadlines) {
        return new InferenceCalls(threads, deadlines, System::nanoTime);
    }

    @Produces
    @Singleton
    RestApi rest(
            OpenInference protocol,
            InferenceCalls calls,
            ErrorContract errors,
            @ConfigProperty(name = "quarkus.grpc.server.max-inbound-message-size") int maxMessageBytes) {
        return new RestApi(protocol, calls, errors, new RestLimits(maxMessageBytes), System::nanoTime);
    }

    @Produces
    @Singleton
    ErrorContract errors() {
        return new ErrorContract(config.serving().busyIsUnavailable());
    }

    @Produces
    @Singleton
    @GlobalInterceptor
    StreamErrorsInterceptor streamErrors() {
        return new StreamErrorsInterceptor();
    }

    @Produces
    @Singleton
    RequestThreads requestThreads() {
        return new RequestThreads(config.stopTimeout());
    }

    @Produces
    @Singleton
    DeadlineWatch deadlineWatch() {
        return new DeadlineWatch();
    }

    @Produces
    @Singleton
    Quotas quotas(Instance<RedisDataSource> redis) {
        return new Quotas(config.quotas().settings(), new RedisTokens(redis::get), System::nanoTime);
    }

    @Produces
    @Singleton
    Batches batches() {
        BatchingConfig batching = config.batching();
        return new Batches(
                new BatchSettings(
                        tail -> batching.limits(tail.model().getName(), tail.splitPoint()),
                        batching.capacity(),
                        batching.capacityBytes(),
                        batching.whenFull(),
                        new BatchSettings.Priorities(batching.priorityLevels(), batching.defaultPriority())),
                config.inference().workers(),
                System::nanoTime);
    }

    @Produces
    @Singleton
    InferenceEngine engine(Meter meter) {
        TailConfig.InferenceConfig settings = config.inference();
        EngineSettings defaults = EngineSettings.defaults();
        SessionCache sessions = new SessionCache(
                new OnnxRuntimeEngine(defaults.withDevice(Device.parse(settings.device()))
                        .withWorkers(settings.workers())
                        .withIntraOpThreads(settings.intraOpThreads().orElse(defaults.intraOpThreads()))),
                settings.sessionMemoryBytes().orElseGet(SessionCache::halfOfMemory),
                PackageMemory::bytesOf,
                System::nanoTime);
        SessionMetrics.observe(sessions, meter);
        return sessions;
    }

    @Produces
    @Singleton
    ServedModels models(InferenceEngine engine, TailMeasurements measurements) {
        HttpClient http =
                HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(10)).build();
        return new ServedModels(
                new PackageModelOpener(
                        new PackageCache(config.packageDirectory(), http),
                        engine,
                        new TailProfile(engine, measurements, System::nanoTime)),
                measurements,
                new ServedModels.Handover(config.drain(), config.loadRetryDelay()));
    }

    @Produces
    @Singleton
    KafkaCatalog catalog(ServedModels models) {
        return new KafkaCatalog(connection, tailId + "-catalog", models);
    }

    @Produces
    @Singleton
    KafkaResultSender results(LazyProducer producer, Tracer tracer) {
        return new KafkaResultSender(producer, tracer);
    }

    @Produces
    @Singleton
    KafkaDeadLetters deadLetters(LazyProducer producer) {
        return new KafkaDeadLetters(producer);
    }

    @Produces
    @Singleton
    TailMeasurements measurements(Meter meter) {
        return new TailMeasurements(
                tailId,
                Device.parse(config.inference().device()).toString(),
                config.inference().workers(),
                new MachinePressure()::now,
                new TailMetrics(meter),
                System::nanoTime);
    }

    @Produces
    @Singleton
    KafkaMeasurements publishedMeasurements(TailMeasurements measurements, LazyProducer producer) {
        return new KafkaMeasurements(tailId, measurements, config.measurementWindow(), producer);
    }

    @Produces
    @Singleton
    LazyProducer producer() {
        return new LazyProducer(ClientSettings.lowLatencyProducer(connection, tailId), config.stopTimeout());
    }

    private static String hostName() {
        try {
            return InetAddress.getLocalHost().getHostName();
        } catch (UnknownHostException e) {
            throw new IllegalStateException("this host has no name: set baton.tail.id", e);
        }
    }
}
