package dev.baton.planning.replay;

/**
 * What became of a request. Times are in microseconds.
 *
 * @param request its number
 * @param route how it was to be answered
 * @param atMicros when it came
 * @param latencyMicros from then to its answer
 * @param edgeMicros computing on the edge node, waiting for the engine left out
 * @param preprocessMicros of that, for the picture
 * @param headMicros of that, for the head
 * @param encodeMicros of that, for the codec
 * @param localMicros of that, for finishing what the cloud left undone
 * @param uplinkMicros from handing the record over to its acknowledgement; 0 where nothing was sent or nothing came back
 * @param sendingMicros of that, the radio sending
 * @param bytes that were sent
 * @param brokerMicros what the broker added
 * @param queueMicros waiting for the tail
 * @param decodeMicros on the tail
 * @param tailMicros on the tail
 * @param completedLocally whether the edge node finished by itself what the cloud was to finish
 * @param joules of the edge node
 */
record Answered(
        int request,
        Route route,
        long atMicros,
        double latencyMicros,
        double edgeMicros,
        double preprocessMicros,
        double headMicros,
        double encodeMicros,
        double localMicros,
        double uplinkMicros,
        double sendingMicros,
        double bytes,
        double brokerMicros,
        double queueMicros,
        double decodeMicros,
        double tailMicros,
        boolean completedLocally,
        double joules) {}
