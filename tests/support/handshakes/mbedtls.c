/* For each line "port<TAB>root file": whether Mbed TLS, trusting this root alone, takes the server on 127.0.0.1 as
   "localhost". Prints "yes" or what it says. */
#include <mbedtls/ctr_drbg.h>
#include <mbedtls/entropy.h>
#include <mbedtls/error.h>
#include <mbedtls/net_sockets.h>
#include <mbedtls/ssl.h>
#include <stdio.h>
#include <string.h>

static mbedtls_ctr_drbg_context random_source;

static int shake(mbedtls_ssl_context *tls, mbedtls_ssl_config *config, mbedtls_net_context *net, const char *port) {
    int result = mbedtls_net_connect(net, "127.0.0.1", port, MBEDTLS_NET_PROTO_TCP);
    if (result == 0) result = mbedtls_ssl_setup(tls, config);
    if (result == 0) result = mbedtls_ssl_set_hostname(tls, "localhost");
    if (result != 0) return result;
    mbedtls_ssl_set_bio(tls, net, mbedtls_net_send, mbedtls_net_recv, NULL);
    do result = mbedtls_ssl_handshake(tls);
    while (result == MBEDTLS_ERR_SSL_WANT_READ || result == MBEDTLS_ERR_SSL_WANT_WRITE);
    return result;
}

static void ask(const char *port, const char *root) {
    mbedtls_net_context net;
    mbedtls_ssl_context tls;
    mbedtls_ssl_config config;
    mbedtls_x509_crt trusted;
    char said[256] = "";
    int result;
    mbedtls_net_init(&net);
    mbedtls_ssl_init(&tls);
    mbedtls_ssl_config_init(&config);
    mbedtls_x509_crt_init(&trusted);
    result = mbedtls_x509_crt_parse_file(&trusted, root);
    if (result == 0)
        result = mbedtls_ssl_config_defaults(&config, MBEDTLS_SSL_IS_CLIENT, MBEDTLS_SSL_TRANSPORT_STREAM,
                                             MBEDTLS_SSL_PRESET_DEFAULT);
    if (result == 0) {
        mbedtls_ssl_conf_authmode(&config, MBEDTLS_SSL_VERIFY_REQUIRED);
        mbedtls_ssl_conf_ca_chain(&config, &trusted, NULL);
        mbedtls_ssl_conf_rng(&config, mbedtls_ctr_drbg_random, &random_source);
        result = shake(&tls, &config, &net, port);
    }
    if (result != 0) mbedtls_strerror(result, said, sizeof said);
    puts(result == 0 ? "yes" : said);
    fflush(stdout);
    mbedtls_net_free(&net);
    mbedtls_ssl_free(&tls);
    mbedtls_ssl_config_free(&config);
    mbedtls_x509_crt_free(&trusted);
}

int main(void) {
    mbedtls_entropy_context entropy;
    char line[4096];
    mbedtls_entropy_init(&entropy);
    mbedtls_ctr_drbg_init(&random_source);
    if (mbedtls_ctr_drbg_seed(&random_source, mbedtls_entropy_func, &entropy, NULL, 0) != 0) return 1;
    while (fgets(line, sizeof line, stdin) != NULL) {
        char *root = strchr(line, '\t');
        line[strcspn(line, "\n")] = 0;
        *root = 0;
        ask(line, root + 1);
    }
    return 0;
}
