// For each line "port<TAB>root file": whether a TLS client in HTTPS mode that trusts these roots alone takes the server on
// 127.0.0.1 as "localhost". Prints "yes" or what it says.
import java.io.*;
import java.net.InetAddress;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import javax.net.ssl.*;

public class Handshake {
    public static void main(String[] arguments) throws Exception {
        BufferedReader lines = new BufferedReader(new InputStreamReader(System.in));
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            String[] fields = line.split("\t");
            System.out.println(ask(Integer.parseInt(fields[0]), fields[1]).replace('\n', ' '));
            System.out.flush();
        }
    }

    static String ask(int port, String root) throws Exception {
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        try (InputStream file = new FileInputStream(root)) {
            for (Certificate one : CertificateFactory.getInstance("X.509").generateCertificates(file)) {
                store.setCertificateEntry("root" + store.size(), one);
            }
        } catch (CertificateException error) {
            return error.toString();
        }
        TrustManagerFactory trust = TrustManagerFactory.getInstance("PKIX");
        trust.init(store);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, trust.getTrustManagers(), null);
        java.net.Socket plain = new java.net.Socket(InetAddress.getByName("127.0.0.1"), port);
        try (SSLSocket socket = (SSLSocket) context.getSocketFactory().createSocket(plain, "localhost", port, true)) {
            SSLParameters parameters = socket.getSSLParameters();
            parameters.setEndpointIdentificationAlgorithm("HTTPS");
            socket.setSSLParameters(parameters);
            socket.setSoTimeout(30000);
            socket.startHandshake();
            return "yes";
        } catch (IOException error) {
            Throwable cause = error;
            while (cause.getCause() != null) cause = cause.getCause();
            return error + " " + cause;
        }
    }
}
