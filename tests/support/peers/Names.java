// Answers lines "kind<TAB>host in hex<TAB>certificate in hex" with the HostnameChecker behind HTTPS mode; the host is text,
// whatever the kind. Prints 1, 0, or E for a certificate that cannot be read.
import java.io.*;
import java.nio.charset.StandardCharsets;
import java.security.cert.*;
import java.util.HexFormat;
import sun.security.util.HostnameChecker;

public class Names {
    public static void main(String[] arguments) throws Exception {
        BufferedReader lines = new BufferedReader(new InputStreamReader(System.in));
        PrintWriter out = new PrintWriter(new BufferedOutputStream(System.out));
        CertificateFactory factory = CertificateFactory.getInstance("X.509");
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            out.println(answer(factory, line.split("\t", -1)));
        }
        out.flush();
    }

    static String answer(CertificateFactory factory, String[] fields) {
        HexFormat hex = HexFormat.of();
        String host = new String(hex.parseHex(fields[1]), StandardCharsets.UTF_8);
        X509Certificate cert;
        try {
            cert = (X509Certificate) factory.generateCertificate(new ByteArrayInputStream(hex.parseHex(fields[2])));
            // Read when first asked for.
            cert.getSubjectAlternativeNames();
        } catch (CertificateException error) {
            return "E";
        }
        // As X509TrustManagerImpl takes brackets off, and the name that is sent as SNI, which it compares first, has no dot.
        if (host.startsWith("[") && host.endsWith("]")) host = host.substring(1, host.length() - 1);
        host = host.replaceFirst("\\.$", "");
        try {
            HostnameChecker.getInstance(HostnameChecker.TYPE_TLS).match(host, cert, false);
            return "1";
        } catch (CertificateException error) {
            return "0";
        }
    }
}
