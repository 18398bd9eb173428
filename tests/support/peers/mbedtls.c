/* Answers lines "kind<TAB>host in hex<TAB>certificate in hex" with mbedtls_x509_crt_verify; the host is text, whatever the
   kind. Prints 1, 0, or E for a certificate that cannot be read. */
#include "lines.h"
#include <mbedtls/x509_crt.h>

int answer(char kind, unsigned char *host, size_t host_size, unsigned char *cert, size_t cert_size) {
    mbedtls_x509_crt parsed;
    uint32_t faults = 0;
    int found = -1;
    (void)kind;
    (void)host_size;
    mbedtls_x509_crt_init(&parsed);
    if (mbedtls_x509_crt_parse_der(&parsed, cert, cert_size) == 0) {
        mbedtls_x509_crt_verify(&parsed, &parsed, NULL, (const char *)host, &faults, NULL, NULL);
        found = (faults & MBEDTLS_X509_BADCERT_CN_MISMATCH) == 0;
    }
    mbedtls_x509_crt_free(&parsed);
    return found;
}
