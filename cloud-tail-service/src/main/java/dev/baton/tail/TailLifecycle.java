package dev.baton.tail;

import dev.baton.inference.InferenceEngine;
import dev.baton.openinference.protocol.DeadlineWatch;
import dev.baton.openinference.protocol.RequestThreads;
import dev.baton.tail.batch.Batches;
import dev.baton.tail.kafka.KafkaActivationReceiver;
import dev.baton.tail.kafka.KafkaCatalog;
import dev.baton.tail.kafka.KafkaMeasurements;
import dev.baton.tail.kafka.LazyProducer;
import dev.baton.tail.models.ServedModels;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;

/** Starts the parts that run by themselves and stops them in an order that loses no work. */
@Singleton
public final class TailLifecycle {

    private final KafkaActivationReceiver receiver;
    private final KafkaCatalog catalog;
    private final KafkaMeasurements measurements;
    private final Batches batches;
    private final ServedModels models;
    private final LazyProducer producer;
    private final InferenceEngine engine;
    private final RequestThreads requests;
    private final DeadlineWatch deadlines;

    public TailLifecycle(
            KafkaActivationReceiver receiver,
            KafkaCatalog catalog,
            KafkaMeasurements measurements,
            Batches batches,
            ServedModels models,
            LazyProducer producer,
            InferenceEngine engine,
            RequestThreads requests,
            DeadlineWatch deadlines) {
        this.receiver = receiver;
        this.catalog = catalog;
        this.measurements = measurements;
        this.batches = batches;
        this.models = models;
        this.producer = producer;
        this.engine = engine;
        this.requests = requests;
        this.deadlines = deadlines;
    }

    void start(@Observes StartupEvent event) {
        receiver.start();
        catalog.start();
        measurements.start();
    }

    void stop(@Observes ShutdownEvent event) {
        requests.close();
        catalog.close();
        receiver.close();
        measurements.close();
        producer.close();
        batches.close();
        models.close();
        engine.close();
        deadlines.close();
    }
}
