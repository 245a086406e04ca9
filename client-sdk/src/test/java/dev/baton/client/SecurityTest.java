package dev.baton.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.grpc.CallCredentials;
import io.grpc.Metadata;
import io.grpc.TlsServerCredentials;
import io.grpc.TlsServerCredentials.ClientAuth;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whom the client trusts, whom the server trusts, and what is said where they do not. */
final class SecurityTest {
    @TempDir
    private static Path folder;

    private static TestingKeys here;
    private static TestingKeys elsewhere;
    private static TestingServer server;

    @BeforeAll
    static void start() throws Exception {
        here = TestingKeys.make(folder, "here", "dns:localhost,ip:127.0.0.1");
        elsewhere = TestingKeys.make(folder, "elsewhere", "dns:elsewhere.example");
        server = TestingServer.start(TlsServerCredentials.create(
                here.certificate().toFile(), here.key().toFile()));
    }

    @AfterAll
    static void close() {
        server.close();
    }

    @Test
    void trustedServerIsAsked() {
        try (BatonClient client = Requests.quick(server.address())
                .tls(TlsOptions.trusting(here.certificate()))
                .build()) {
            assertThat(client.infer(Requests.numbers(4)).output().toFloats()).containsExactly(4);
        }
    }

    @Test
    void serverOfAnotherAuthorityIsNotTrusted() {
        try (BatonClient client = Requests.quick(server.address())
                .tls(TlsOptions.trusting(elsewhere.certificate()))
                .build()) {
            assertInsecure(client, "unable to find valid certification path");
        }
        try (BatonClient client =
                Requests.quick(server.address()).tls(TlsOptions.system()).build()) {
            assertInsecure(client, "unable to find valid certification path");
        }
    }

    @Test
    void certificateOfAnotherHostIsNotTrustedUnlessExpected() throws Exception {
        try (TestingServer moved = TestingServer.start(TlsServerCredentials.create(
                elsewhere.certificate().toFile(), elsewhere.key().toFile()))) {
            TlsOptions trusting = TlsOptions.trusting(elsewhere.certificate());
            try (BatonClient client =
                    Requests.quick(moved.address()).tls(trusting).build()) {
                assertInsecure(client, "127.0.0.1");
            }
            try (BatonClient client = Requests.quick(moved.address())
                    .tls(trusting.serverName("elsewhere.example"))
                    .build()) {
                assertThat(client.isLive()).isTrue();
            }
        }
    }

    @Test
    void mutualTlsNeedsACertificateThatTheServerTrusts() throws Exception {
        try (TestingServer strict = TestingServer.start(TlsServerCredentials.newBuilder()
                .keyManager(here.certificate().toFile(), here.key().toFile())
                .trustManager(elsewhere.certificate().toFile())
                .clientAuth(ClientAuth.REQUIRE)
                .build())) {
            TlsOptions trusting = TlsOptions.trusting(here.certificate());
            try (BatonClient client = Requests.quick(strict.address())
                    .tls(trusting.clientCertificate(elsewhere.certificate(), elsewhere.key()))
                    .build()) {
                assertThat(client.infer(Requests.numbers(4)).output().toFloats())
                        .containsExactly(4);
            }
            try (BatonClient client =
                    Requests.quick(strict.address()).tls(trusting).build()) {
                // With TLS 1.3 the client learns of it after its handshake: as an alert, or as a closed connection.
                assertThat(catchThrowableOfType(BatonException.class, () -> client.infer(Requests.numbers(1))))
                        .isInstanceOfAny(BatonException.InsecureConnection.class, BatonException.Unavailable.class);
            }
        }
    }

    @Test
    void plainTextIsNotAnsweredByASecureServer() {
        try (BatonClient client = Requests.quick(server.address()).build()) {
            assertThat(catchThrowableOfType(BatonException.class, () -> client.infer(Requests.numbers(1))))
                    .isInstanceOf(BatonException.Unavailable.class)
                    .hasMessageContaining(server.address());
        }
    }

    @Test
    void missingCertificateIsNamedAtOnce() {
        assertThatThrownBy(() -> BatonClient.builder()
                        .edge(server.address())
                        .tls(TlsOptions.trusting(folder.resolve("no-such.crt")))
                        .build())
                .isInstanceOf(UncheckedIOException.class)
                .hasStackTraceContaining("no-such.crt");
    }

    @Test
    void credentialsAreAskedForWithEveryCall() {
        AtomicInteger token = new AtomicInteger();
        CallCredentials renewed = new CallCredentials() {
            @Override
            public void applyRequestMetadata(RequestInfo info, Executor executor, MetadataApplier applier) {
                Metadata headers = new Metadata();
                headers.put(
                        Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER),
                        "Bearer " + token.incrementAndGet());
                applier.apply(headers);
            }
        };
        server.headers.clear();
        try (BatonClient client = Requests.quick(server.address())
                .tls(TlsOptions.trusting(here.certificate()))
                .credentials(renewed)
                .build()) {
            client.infer(Requests.numbers(1));
            client.isReady();
        }
        assertThat(server.headers)
                .extracting(headers -> headers.get(Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER)))
                .containsExactly("Bearer 1", "Bearer 2");
    }

    private static void assertInsecure(BatonClient client, String why) {
        assertThat(catchThrowableOfType(BatonException.class, () -> client.infer(Requests.numbers(1))))
                .isInstanceOf(BatonException.InsecureConnection.class)
                .hasMessageContaining(server.address().replaceAll(":.*", ""))
                .hasMessageContaining(why);
    }
}
