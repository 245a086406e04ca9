package dev.baton.conformance;

import java.io.IOException;

/**
 * One line of the table: something is asked, and the answer is held against what it must be.
 *
 * @param name    says what it is about
 * @param carrier {@code gRPC} or {@code REST}
 */
record Row(String name, String carrier, Check check) {

    /** What a row does. */
    interface Check {

        /**
         * Asks and compares.
         *
         * @throws NotAsExpectedException when the answer is another
         */
        void run() throws NotAsExpectedException, IOException, InterruptedException;
    }
}
