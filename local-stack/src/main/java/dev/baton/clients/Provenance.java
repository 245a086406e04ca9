package dev.baton.clients;

import dev.baton.schemas.inference.InferParameter;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What a response says about itself.
 *
 * @param placement   {@code edge-only}, {@code cloud-only}, {@code split:3}
 * @param completedBy {@code cloud} or {@code edge}
 * @param bytesSent   to the broker; 0 for edge-only
 * @param reason      why the plan is as it is, or why the edge node finished alone
 * @param stageMillis the stages' times, which add up to {@code totalMillis}; without those that took no time
 */
public record Provenance(
        String placement,
        String codec,
        long planEpoch,
        long bytesSent,
        String completedBy,
        String reason,
        String device,
        Map<String, Double> stageMillis,
        double totalMillis) {

    /** In the order in which they happen. */
    public static final List<String> STAGES =
            List.of("preprocess", "head", "encode", "network", "tail_queue", "tail_decode", "tail", "local", "other");

    static Provenance of(Map<String, InferParameter> parameters) {
        Map<String, Double> stages = new LinkedHashMap<>();
        for (String stage : STAGES) {
            double millis = number(parameters, "baton_" + stage + "_ms");
            if (millis > 0) {
                stages.put(stage, millis);
            }
        }
        return new Provenance(
                text(parameters, "baton_placement"),
                text(parameters, "baton_codec"),
                (long) number(parameters, "baton_plan_epoch"),
                (long) number(parameters, "baton_bytes_sent"),
                text(parameters, "baton_completed_by"),
                text(parameters, "baton_reason"),
                text(parameters, "baton_device"),
                stages,
                number(parameters, "baton_total_ms"));
    }

    public double stage(String name) {
        return stageMillis.getOrDefault(name, 0.0);
    }

    private static String text(Map<String, InferParameter> parameters, String name) {
        InferParameter parameter = parameters.get(name);
        return parameter == null ? "" : parameter.getStringParam();
    }

    /** An integer, or a decimal number as text; 0 where absent. */
    private static double number(Map<String, InferParameter> parameters, String name) {
        InferParameter parameter = parameters.get(name);
        if (parameter == null) {
            return 0;
        }
        return switch (parameter.getParameterChoiceCase()) {
            case INT64_PARAM -> parameter.getInt64Param();
            case UINT64_PARAM -> parameter.getUint64Param();
            case DOUBLE_PARAM -> parameter.getDoubleParam();
            case STRING_PARAM -> Double.parseDouble(parameter.getStringParam());
            case BOOL_PARAM, PARAMETERCHOICE_NOT_SET -> 0;
        };
    }
}
