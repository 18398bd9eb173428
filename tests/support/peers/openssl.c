/* Answers lines "kind<TAB>host in hex<TAB>certificate in hex": kind n asks X509_check_host, kind a X509_check_ip
   (the host is then 4 or 16 octets). Prints 1, 0, or E for a certificate that cannot be read. */
#include "lines.h"
#include <openssl/x509v3.h>

int answer(char kind, unsigned char *host, size_t host_size, unsigned char *cert, size_t cert_size) {
    const unsigned char *der = cert;
    X509 *parsed = d2i_X509(NULL, &der, (long)cert_size);
    int found;
    if (parsed == NULL) return -1;
    if (kind == 'a') found = X509_check_ip(parsed, host, host_size, 0);
    else found = X509_check_host(parsed, (const char *)host, host_size, 0, NULL);
    X509_free(parsed);
    return found > 0;
}
