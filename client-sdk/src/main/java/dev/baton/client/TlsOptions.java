package dev.baton.client;

import io.grpc.ChannelCredentials;
import io.grpc.TlsChannelCredentials;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Optional;

/** How connections are secured. Immutable: each method gives a changed copy. Files are PEM, read when the client is built. */
public final class TlsOptions {

    private static final TlsOptions SYSTEM = new TlsOptions(Optional.empty(), Optional.empty(), Optional.empty());

    private final Optional<Path> authorities;
    private final Optional<ClientCertificate> certificate;
    private final Optional<String> serverName;

    private record ClientCertificate(Path chain, Path key) {}

    private TlsOptions(
            Optional<Path> authorities, Optional<ClientCertificate> certificate, Optional<String> serverName) {
        this.authorities = authorities;
        this.certificate = certificate;
        this.serverName = serverName;
    }

    /** {@return TLS that trusts the certificate authorities of the JVM} */
    public static TlsOptions system() {
        return SYSTEM;
    }

    /**
     * {@return TLS that trusts these certificate authorities only}
     *
     * @param authorities one or several certificates
     */
    public static TlsOptions trusting(Path authorities) {
        return new TlsOptions(Optional.of(authorities), Optional.empty(), Optional.empty());
    }

    /**
     * {@return mutual TLS: the client shows a certificate, too}
     *
     * @param chain the client's certificate, then those that signed it
     * @param key its private key, PKCS 8, not encrypted
     */
    public TlsOptions clientCertificate(Path chain, Path key) {
        return new TlsOptions(authorities, Optional.of(new ClientCertificate(chain, key)), serverName);
    }

    /**
     * {@return TLS that expects a server's certificate to be for this name}, not for the host in its address
     *
     * @param name a host's
     */
    public TlsOptions serverName(String name) {
        return new TlsOptions(authorities, certificate, Optional.of(name));
    }

    Optional<String> serverName() {
        return serverName;
    }

    ChannelCredentials credentials() {
        TlsChannelCredentials.Builder credentials = TlsChannelCredentials.newBuilder();
        try {
            if (authorities.isPresent()) {
                credentials.trustManager(authorities.get().toFile());
            }
            if (certificate.isPresent()) {
                ClientCertificate shown = certificate.get();
                credentials.keyManager(shown.chain().toFile(), shown.key().toFile());
            }
        } catch (IOException e) {
            throw new UncheckedIOException("reading the certificates for TLS", e);
        }
        return credentials.build();
    }
}
