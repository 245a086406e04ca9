package dev.baton.edge;

import dev.baton.edge.explore.IdleThread;
import dev.baton.edge.grpc.GrpcPort;
import dev.baton.edge.kafka.KafkaBackground;
import dev.baton.edge.kafka.KafkaCatalog;
import dev.baton.edge.kafka.KafkaPlans;
import dev.baton.edge.kafka.KafkaResultReceiver;
import dev.baton.edge.kafka.LinkProducer;
import dev.baton.edge.model.ModelLoader;
import dev.baton.edge.model.Models;
import dev.baton.inference.InferenceEngine;
import dev.baton.openinference.protocol.DeadlineWatch;
import dev.baton.openinference.protocol.RequestThreads;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.jboss.logging.Logger;

/** Starts what runs in the background, none of which needs the broker to be there; stops it from the outside in. */
@Singleton
final class EdgeLifecycle {

    private static final Logger LOG = Logger.getLogger(EdgeLifecycle.class);

    private final EdgeIdentity identity;
    private final ModelLoader loader;
    private final KafkaPlans plans;
    private final KafkaCatalog catalog;
    private final LinkProducer producer;
    private final KafkaResultReceiver receiver;
    private final KafkaBackground background;
    private final IdleThread idle;
    private final Models models;
    private final InferenceEngine engine;
    private final RequestThreads requests;
    private final DeadlineWatch deadlines;
    private final int grpcPort;

    EdgeLifecycle(
            EdgeIdentity identity,
            ModelLoader loader,
            KafkaPlans plans,
            KafkaCatalog catalog,
            LinkProducer producer,
            KafkaResultReceiver receiver,
            KafkaBackground background,
            IdleThread idle,
            Models models,
            InferenceEngine engine,
            RequestThreads requests,
            DeadlineWatch deadlines,
            @ConfigProperty(name = "quarkus.grpc.server.port") int grpcPort) {
        this.identity = identity;
        this.loader = loader;
        this.plans = plans;
        this.catalog = catalog;
        this.producer = producer;
        this.receiver = receiver;
        this.background = background;
        this.idle = idle;
        this.models = models;
        this.engine = engine;
        this.requests = requests;
        this.deadlines = deadlines;
        this.grpcPort = grpcPort;
    }

    void start(@Observes StartupEvent event) {
        GrpcPort.requireListening(grpcPort);
        loader.start();
        plans.start();
        catalog.start();
        producer.start(receiver::start);
        background.start();
        idle.start();
        LOG.infof("edge node %s takes gRPC requests on port %d", identity.id(), grpcPort);
    }

    void stop(@Observes ShutdownEvent event) {
        requests.close();
        idle.close();
        background.close();
        catalog.close();
        plans.close();
        loader.close();
        receiver.close();
        producer.close();
        models.close();
        engine.close();
        deadlines.close();
    }
}
