package dev.baton.edge.cloud;

import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.metrics.LongCounter;
import io.opentelemetry.api.metrics.LongGauge;
import io.opentelemetry.api.metrics.Meter;
import java.time.Duration;
import java.util.function.Consumer;
import org.jboss.logging.Logger;

/** Says when breakers open and close: in the log, in metrics, and to whoever has to hear of it at once. */
public final class BreakerReports {

    private static final Logger LOG = Logger.getLogger(BreakerReports.class);
    private static final AttributeKey<String> MODEL = AttributeKey.stringKey("baton.model");

    private final LongCounter trips;
    private final LongGauge open;
    private final Consumer<String> news;

    /** {@code news} is told in a few words. */
    public BreakerReports(Meter meter, Consumer<String> news) {
        this.trips = meter.counterBuilder("baton.cloud.breaker.trips")
                .setUnit("{trip}")
                .setDescription("How often the cloud was no longer asked about a model, as it did not answer")
                .build();
        this.open = meter.gaugeBuilder("baton.cloud.breaker.open")
                .ofLongs()
                .setDescription("1 while the cloud is not asked about a model, else 0")
                .build();
        this.news = news;
    }

    /** For the breaker of one model. */
    public CircuitBreaker.Listener of(String model) {
        Attributes attributes = Attributes.of(MODEL, model);
        open.set(0, attributes);
        return new CircuitBreaker.Listener() {
            @Override
            public void opened(Duration pause) {
                trips.add(1, attributes);
                open.set(1, attributes);
                LOG.warnf(
                        "model %s: the cloud does not answer; it is not asked again for %d ms",
                        model, pause.toMillis());
                news.accept("the cloud does not answer about " + model);
            }

            @Override
            public void closed() {
                open.set(0, attributes);
                LOG.infof("model %s: the cloud answers again", model);
                news.accept("the cloud answers again about " + model);
            }
        };
    }
}
