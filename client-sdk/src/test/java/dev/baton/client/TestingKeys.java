package dev.baton.client;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.Key;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * A key and a certificate signed by itself, made by the JDK's keytool, as PEM files.
 *
 * @param certificate a file
 * @param key a file
 */
record TestingKeys(Path certificate, Path key) {

    private static final String PASSWORD = "testing";

    /** {@code names} as in {@code dns:localhost,ip:127.0.0.1}. */
    static TestingKeys make(Path folder, String file, String names)
            throws IOException, GeneralSecurityException, InterruptedException {
        Path store = folder.resolve(file + ".p12");
        Process keytool = new ProcessBuilder(List.of(
                        Path.of(System.getProperty("java.home"), "bin", "keytool")
                                .toString(),
                        "-J-XX:TieredStopAtLevel=1",
                        "-genkeypair",
                        "-alias",
                        "it",
                        "-keyalg",
                        "EC",
                        "-dname",
                        "CN=" + file,
                        "-ext",
                        "san=" + names,
                        "-validity",
                        "2",
                        "-keystore",
                        store.toString(),
                        "-storetype",
                        "PKCS12",
                        "-storepass",
                        PASSWORD))
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve(file + ".log").toFile())
                .start();
        if (!keytool.waitFor(60, TimeUnit.SECONDS) || keytool.exitValue() != 0) {
            throw new IOException("keytool: " + Files.readString(folder.resolve(file + ".log")));
        }
        KeyStore keys = KeyStore.getInstance("PKCS12");
        try (InputStream bytes = Files.newInputStream(store)) {
            keys.load(bytes, PASSWORD.toCharArray());
        }
        Certificate certificate = keys.getCertificate("it");
        Key key = keys.getKey("it", PASSWORD.toCharArray());
        return new TestingKeys(
                pem(folder.resolve(file + ".crt"), "CERTIFICATE", certificate.getEncoded()),
                pem(folder.resolve(file + ".key"), "PRIVATE KEY", key.getEncoded()));
    }

    private static Path pem(Path file, String what, byte[] content) throws IOException {
        String lines = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(content);
        return Files.writeString(file, "-----BEGIN %s-----\n%s\n-----END %s-----\n".formatted(what, lines, what));
    }
}
