/* Answers lines "kind<TAB>host in hex<TAB>certificate in hex" with gnutls_x509_crt_check_hostname; the host is text,
   whatever the kind. Prints 1, 0, or E for a certificate that cannot be read. */
#include "lines.h"
#include <gnutls/gnutls.h>
#include <gnutls/x509.h>

int answer(char kind, unsigned char *host, size_t host_size, unsigned char *cert, size_t cert_size) {
    gnutls_x509_crt_t parsed;
    gnutls_datum_t der = { cert, (unsigned)cert_size };
    int found = -1;
    (void)kind;
    (void)host_size;
    gnutls_x509_crt_init(&parsed);
    if (gnutls_x509_crt_import(parsed, &der, GNUTLS_X509_FMT_DER) == 0)
        found = gnutls_x509_crt_check_hostname(parsed, (const char *)host) != 0;
    gnutls_x509_crt_deinit(parsed);
    return found;
}
