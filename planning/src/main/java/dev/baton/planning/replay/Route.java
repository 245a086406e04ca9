package dev.baton.planning.replay;

import dev.baton.planning.device.ModelTimes.Time;

/**
 * What a request takes if it is answered in one way, without what depends on the moment: links, queues, luck. Times are in
 * microseconds.
 *
 * @param name for people, such as {@code split:3 int8+zstd}
 * @param alternative its number in the model's profile; −1 for what is no alternative there
 * @param splitPoint where it divides; 0 is nothing on the edge node, the last everything
 * @param sends whether anything leaves the edge node
 * @param preprocess turning a picture into the input on the edge node
 * @param head on the edge node
 * @param encode on the edge node
 * @param bytes that are sent
 * @param decode on the tail, turning a picture into the input there included
 * @param tail on the tail
 * @param rest what the edge node needs to finish by itself what the tail leaves undone
 */
record Route(
        String name,
        int alternative,
        int splitPoint,
        boolean sends,
        Time preprocess,
        Time head,
        Time encode,
        double bytes,
        Time decode,
        Time tail,
        Time rest) {}
