package dev.baton.edge;

import dev.baton.edge.cloud.ActivationSender;
import dev.baton.edge.cloud.BreakerReports;
import dev.baton.edge.cloud.CircuitBreaker;
import dev.baton.edge.cloud.CircuitBreakers;
import dev.baton.edge.cloud.Downlink;
import dev.baton.edge.cloud.PendingCalls;
import dev.baton.edge.explore.Exploration;
import dev.baton.edge.explore.ExplorationSettings;
import dev.baton.edge.explore.IdleThread;
import dev.baton.edge.kafka.KafkaActivationSender;
import dev.baton.edge.kafka.KafkaBackground;
import dev.baton.edge.kafka.KafkaCatalog;
import dev.baton.edge.kafka.KafkaMeasurements;
import dev.baton.edge.kafka.KafkaPlans;
import dev.baton.edge.kafka.KafkaResultReceiver;
import dev.baton.edge.kafka.LinkProducer;
import dev.baton.edge.measure.Arrivals;
import dev.baton.edge.model.FetchOrder;
import dev.baton.edge.model.ModelLoader;
import dev.baton.edge.model.ModelProfiler;
import dev.baton.edge.model.Models;
import dev.baton.edge.model.PackageSource;
import dev.baton.edge.model.Plans;
import dev.baton.edge.model.SlowedEngine;
import dev.baton.edge.request.CloudSide;
import dev.baton.edge.request.EdgeInference;
import dev.baton.edge.request.EdgeModelServer;
import dev.baton.edge.request.EnergyMeter;
import dev.baton.edge.request.ModelLookup;
import dev.baton.edge.request.RequestCounters;
import dev.baton.inference.Device;
import dev.baton.inference.EngineSettings;
import dev.baton.inference.InferenceEngine;
import dev.baton.inference.OnnxRuntimeEngine;
import dev.baton.inference.SessionCache;
import dev.baton.inference.SessionMetrics;
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
import dev.baton.planning.device.DeviceCatalog;
import dev.baton.planning.link.LinkEstimator;
import dev.baton.planning.link.LinkProbes;
import dev.baton.schemas.records.DevicePressure;
import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.metrics.DoubleHistogram;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.Tracer;
import io.quarkus.grpc.GlobalInterceptor;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.http.HttpClient;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.concurrent.Executors;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.LongSupplier;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/** The whole edge node on a page, in the order of the main path; {@link EdgeLifecycle} starts and stops it. */
final class EdgeWiring {

    private static final LongSupplier NANO_TICKER = System::nanoTime;
    private static final AttributeKey<String> STATE = AttributeKey.stringKey("baton.state");
    private static final AttributeKey<String> MODEL = AttributeKey.stringKey("baton.model");
    private static final AttributeKey<Double> JOULES = AttributeKey.doubleKey("baton.joules");
    /** Share of the processors above which what is measured says more about the rest of the machine. */
    private static final double BUSY = 0.8;

    private static final Attributes COMPUTE = Attributes.of(STATE, "compute");
    private static final Attributes TRANSMIT = Attributes.of(STATE, "transmit");
    private static final Attributes WAIT = Attributes.of(STATE, "wait");

    /** The longest that a plan's preparation waits for requests under way. */
    private static final Duration PREPARATION_PATIENCE = Duration.ofMillis(300);

    @Produces
    @Singleton
    EdgeIdentity identity(EdgeConfig config) {
        return EdgeIdentity.of(config);
    }

    @Produces
    @Singleton
    OpenInference protocol(
            EdgeInference inference,
            ModelLookup lookup,
            Models models,
            OpenTelemetry telemetry,
            @ConfigProperty(name = "quarkus.application.version") String version) {
        OpenInference protocol = new OpenInference(
                new EdgeModelServer(inference, lookup, models, version), InstantSource.system(), NANO_TICKER);
        telemetry
                .getMeter("baton")
                .counterBuilder("baton.stream.dropped")
                .setUnit("{request}")
                .setDescription("Requests of streams in whose place newer ones were taken")
                .buildWithCallback(counter -> protocol.dropped()
                        .forEach((model, dropped) -> counter.record(dropped, Attributes.of(MODEL, model))));
        return protocol;
    }

    @Produces
    @Singleton
    InferenceCalls calls(RequestThreads threads, DeadlineWatch deadlines) {
        return new InferenceCalls(threads, deadlines, NANO_TICKER);
    }

    @Produces
    @Singleton
    RestApi rest(
            OpenInference protocol,
            InferenceCalls calls,
            ErrorContract errors,
            @ConfigProperty(name = "quarkus.grpc.server.max-inbound-message-size") int maxMessageBytes) {
        return new RestApi(protocol, calls, errors, new RestLimits(maxMessageBytes), NANO_TICKER);
    }

    @Produces
    @Singleton
    ErrorContract errors(EdgeConfig config) {
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
    DeadlineWatch deadlineWatch() {
        return new DeadlineWatch();
    }

    @Produces
    @Singleton
    RequestThreads requestThreads(EdgeConfig config) {
        return new RequestThreads(config.cloudTimeout());
    }

    @Produces
    @Singleton
    EdgeInference inference(
            EdgeConfig config,
            ModelLookup models,
            CloudSide cloud,
            Arrivals arrivals,
            Exploration exploration,
            EnergyMeter energy,
            RequestCounters counters,
            Tracer tracer) {
        return new EdgeInference(
                models,
                cloud,
                new EdgeInference.Learning(arrivals, exploration, energy),
                counters,
                device(config),
                tracer,
                NANO_TICKER);
    }

    @Produces
    @Singleton
    CloudSide cloudSide(
            EdgeConfig config,
            ActivationSender sender,
            CircuitBreakers breakers,
            LinkEstimator link,
            Downlink downlink) {
        return new CloudSide(sender, breakers, link, downlink, config.cloudTimeout(), NANO_TICKER);
    }

    @Produces
    @Singleton
    CircuitBreakers breakers(EdgeConfig config, OpenTelemetry telemetry, KafkaBackground background) {
        EdgeConfig.Breaker settings = config.breaker();
        BreakerReports reports = new BreakerReports(telemetry.getMeter("baton"), background::changed);
        return new CircuitBreakers(
                new CircuitBreaker.Settings(settings.failures(), settings.firstPause(), settings.longestPause()),
                reports::of,
                NANO_TICKER);
    }

    @Produces
    @Singleton
    Arrivals arrivals() {
        return new Arrivals(NANO_TICKER);
    }

    @Produces
    @Singleton
    RequestCounters counters(OpenTelemetry telemetry) {
        return new RequestCounters(telemetry.getMeter("baton"));
    }

    @Produces
    @Singleton
    EnergyMeter energy(EdgeConfig config, OpenTelemetry telemetry) {
        DoubleHistogram joules = telemetry
                .getMeter("baton")
                .histogramBuilder("baton.request.energy")
                .setUnit("J")
                .setDescription("What a request cost this edge node, by the power model of its device")
                .build();
        return new EnergyMeter(described(config).map(described -> described.power()), energy -> {
            joules.record(energy.compute(), COMPUTE);
            joules.record(energy.transmit(), TRANSMIT);
            joules.record(energy.waiting(), WAIT);
            Span.current().setAttribute(JOULES, energy.total());
        });
    }

    /** The device that this edge node is, where that is set. */
    private static Optional<dev.baton.planning.device.Device> described(EdgeConfig config) {
        return config.deviceProfile().map(profile -> {
            try {
                return DeviceCatalog.builtIn().resolve(profile);
            } catch (IOException unreadable) {
                throw new UncheckedIOException("baton.edge.device-profile " + profile + " cannot be read", unreadable);
            }
        });
    }

    @Produces
    @Singleton
    ModelLookup lookup(Models models) {
        return new ModelLookup(models);
    }

    @Produces
    @Singleton
    Models models() {
        return new Models();
    }

    @Produces
    @Singleton
    InferenceEngine engine(EdgeConfig config, OpenTelemetry telemetry) {
        EngineSettings settings = settings(config.inference());
        SessionCache sessions = new SessionCache(
                new OnnxRuntimeEngine(settings),
                config.inference().sessionMemoryBytes().orElseGet(SessionCache::halfOfMemory),
                PackageMemory::bytesOf,
                NANO_TICKER);
        SessionMetrics.observe(sessions, telemetry.getMeter("baton"));
        return config.emulatedSlowdown() == 1.0
                ? sessions
                : new SlowedEngine(
                        sessions, config.emulatedSlowdown(), settings.workers(), settings.queueCapacity(), NANO_TICKER);
    }

    @Produces
    @Singleton
    ActivationSender sender(
            EdgeConfig config,
            EdgeIdentity identity,
            LinkProducer producer,
            PendingCalls pending,
            KafkaResultReceiver receiver) {
        return new KafkaActivationSender(
                producer,
                pending,
                receiver::receiving,
                identity.id(),
                identity.replyPartition(),
                config.kafka().maxRecordBytes(),
                NANO_TICKER);
    }

    @Produces
    @Singleton
    LinkProducer producer(KafkaConnection connection, EdgeIdentity identity, LinkEstimator link) {
        return new LinkProducer(connection, identity.id(), link, NANO_TICKER);
    }

    @Produces
    @Singleton
    KafkaConnection connection(EdgeConfig config) {
        return new KafkaConnection(
                config.kafka().bootstrapServers(),
                config.kafka().maxRecordBytes(),
                config.kafka().extra());
    }

    @Produces
    @Singleton
    PendingCalls pending(EdgeConfig config) {
        return new PendingCalls(config.pendingRequests(), NANO_TICKER);
    }

    @Produces
    @Singleton
    KafkaResultReceiver receiver(
            KafkaConnection connection, EdgeIdentity identity, PendingCalls pending, Tracer tracer) {
        return new KafkaResultReceiver(connection, identity.id(), identity.replyPartition(), pending, tracer);
    }

    @Produces
    @Singleton
    KafkaCatalog catalog(EdgeConfig config, KafkaConnection connection, EdgeIdentity identity, ModelLoader loader) {
        return new KafkaCatalog(
                connection, identity.id(), config.packageDirectory().resolve("state"), loader);
    }

    @Produces
    @Singleton
    ModelLoader loader(EdgeConfig config, Models models, PackageSource packages, InferenceEngine engine, Plans plans) {
        return new ModelLoader(
                models,
                packages,
                new FetchOrder(config.maxPackageBytes(), config.wholePackageBelowBytes()),
                plans::planned,
                engine,
                new ModelProfiler(NANO_TICKER),
                plans::serving,
                NANO_TICKER);
    }

    @Produces
    @Singleton
    PackageSource packages(EdgeConfig config) {
        HttpClient http =
                HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(5)).build();
        PackageCache cache = new PackageCache(config.packageDirectory(), http);
        return (entry, part) -> cache.fetch(entry.version(), entry.packageUrl(), part);
    }

    @Produces
    @Singleton
    KafkaPlans kafkaPlans(EdgeConfig config, KafkaConnection connection, EdgeIdentity identity, Plans plans) {
        return new KafkaPlans(
                connection, identity.id(), config.packageDirectory().resolve("state"), identity.id(), plans);
    }

    @Produces
    @Singleton
    Plans plans(Models models, ActivationSender sender, Arrivals arrivals) {
        Executor preparing = Executors.newSingleThreadExecutor(
                Thread.ofPlatform().daemon().name("plan-preparation").factory());
        return new Plans(
                models, sender::prepare, preparation -> preparing.execute(() -> whenQuiet(arrivals, preparation)));
    }

    private static void whenQuiet(Arrivals arrivals, Runnable preparation) {
        try {
            arrivals.awaitNoneUnderWay(PREPARATION_PATIENCE);
            preparation.run();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Produces
    @Singleton
    Exploration exploration(EdgeConfig config, Models models, Arrivals arrivals, MachinePressure machine) {
        EdgeConfig.Exploration settings = config.exploration();
        boolean enabled = settings.enabled();
        return new Exploration(
                models,
                arrivals,
                () -> isLow(machine.latest(), settings.leastBattery()),
                () -> machine.latest().getCpuShare() > BUSY,
                new ExplorationSettings(
                        enabled ? settings.timeShare() : 0,
                        enabled ? settings.codecShare() : 0,
                        settings.codecAtLeast(),
                        settings.headsStaleAfter()),
                () -> ThreadLocalRandom.current().nextDouble(),
                NANO_TICKER);
    }

    private static boolean isLow(DevicePressure machine, double leastBattery) {
        return machine.getOnBattery() && machine.hasBatteryShare() && machine.getBatteryShare() < leastBattery;
    }

    @Produces
    @Singleton
    IdleThread idleThread(Exploration exploration) {
        return new IdleThread(exploration);
    }

    @Produces
    @Singleton
    LinkEstimator link() {
        return new LinkEstimator(NANO_TICKER);
    }

    /** Asked by measurement windows alone, as it counts from one time to the next. */
    @Produces
    @Singleton
    MachinePressure machine() {
        return new MachinePressure();
    }

    @Produces
    @Singleton
    Downlink downlink() {
        return new Downlink(NANO_TICKER);
    }

    @Produces
    @Singleton
    KafkaBackground background(
            EdgeConfig config,
            LinkProducer producer,
            EdgeIdentity identity,
            MachinePressure machine,
            Models models,
            LinkEstimator link,
            Downlink downlink) {
        LinkProbes probes = new LinkProbes(link, NANO_TICKER);
        return new KafkaBackground(
                producer,
                identity.id(),
                new KafkaMeasurements(
                        producer,
                        identity.id(),
                        described(config).map(described -> described.name()),
                        machine,
                        models,
                        link,
                        downlink,
                        probes,
                        NANO_TICKER),
                link,
                probes,
                config.measurementWindow(),
                NANO_TICKER);
    }

    private static EngineSettings settings(EdgeConfig.Inference config) {
        EngineSettings defaults = EngineSettings.defaults();
        return defaults.withDevice(Device.parse(config.device()))
                .withIntraOpThreads(config.intraOpThreads().orElse(defaults.intraOpThreads()))
                .withWorkers(config.workers())
                .withQueueCapacity(config.queueCapacity());
    }

    private static String device(EdgeConfig config) {
        String device = Device.parse(config.inference().device()).toString();
        return config.emulatedSlowdown() == 1.0
                ? device
                : String.format(Locale.ROOT, "%s, emulated, %sx slower", device, number(config.emulatedSlowdown()));
    }

    private static String number(double value) {
        return value == Math.rint(value) ? Long.toString((long) value) : Double.toString(value);
    }
}
