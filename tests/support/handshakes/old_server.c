/* A server of before TLS 1.3: it looks at the version in the old place, and answers with the newest that it has.
   Arguments: certificate file, key file. Speaks TLS 1.0 alone on a port of 127.0.0.1 that it prints, until its input
   ends. */
#include <arpa/inet.h>
#include <mbedtls/ctr_drbg.h>
#include <mbedtls/entropy.h>
#include <mbedtls/net_sockets.h>
#include <mbedtls/ssl.h>
#include <poll.h>
#include <stdio.h>
#include <sys/socket.h>

static mbedtls_ctr_drbg_context random_source;

static void serve(mbedtls_ssl_config *config, mbedtls_net_context *client) {
    mbedtls_ssl_context tls;
    int result;
    mbedtls_ssl_init(&tls);
    if (mbedtls_ssl_setup(&tls, config) == 0) {
        mbedtls_ssl_set_bio(&tls, client, mbedtls_net_send, mbedtls_net_recv, NULL);
        do result = mbedtls_ssl_handshake(&tls);
        while (result == MBEDTLS_ERR_SSL_WANT_READ || result == MBEDTLS_ERR_SSL_WANT_WRITE);
    }
    mbedtls_ssl_free(&tls);
    mbedtls_net_free(client);
}

int main(int count, char **arguments) {
    mbedtls_entropy_context entropy;
    mbedtls_net_context port, client;
    mbedtls_pk_context key;
    mbedtls_ssl_config config;
    mbedtls_x509_crt chain;
    struct sockaddr_in address;
    socklen_t length = sizeof address;
    mbedtls_entropy_init(&entropy);
    mbedtls_ctr_drbg_init(&random_source);
    mbedtls_net_init(&port);
    mbedtls_pk_init(&key);
    mbedtls_ssl_config_init(&config);
    mbedtls_x509_crt_init(&chain);
    if (count != 3 || mbedtls_ctr_drbg_seed(&random_source, mbedtls_entropy_func, &entropy, NULL, 0) != 0 ||
        mbedtls_x509_crt_parse_file(&chain, arguments[1]) != 0 ||
        mbedtls_pk_parse_keyfile(&key, arguments[2], NULL) != 0 ||
        mbedtls_ssl_config_defaults(&config, MBEDTLS_SSL_IS_SERVER, MBEDTLS_SSL_TRANSPORT_STREAM,
                                    MBEDTLS_SSL_PRESET_DEFAULT) != 0 ||
        mbedtls_ssl_conf_own_cert(&config, &chain, &key) != 0 ||
        mbedtls_net_bind(&port, "127.0.0.1", "0", MBEDTLS_NET_PROTO_TCP) != 0 ||
        getsockname(port.fd, (struct sockaddr *)&address, &length) != 0)
        return 1;
    mbedtls_ssl_conf_rng(&config, mbedtls_ctr_drbg_random, &random_source);
    mbedtls_ssl_conf_max_version(&config, MBEDTLS_SSL_MAJOR_VERSION_3, MBEDTLS_SSL_MINOR_VERSION_1);
    mbedtls_ssl_conf_min_version(&config, MBEDTLS_SSL_MAJOR_VERSION_3, MBEDTLS_SSL_MINOR_VERSION_1);
    printf("%d\n", ntohs(address.sin_port));
    fflush(stdout);
    for (;;) {
        struct pollfd waiting[] = {{.fd = 0, .events = POLLIN}, {.fd = port.fd, .events = POLLIN}};
        if (poll(waiting, 2, -1) < 0 || waiting[0].revents != 0) return 0;
        mbedtls_net_init(&client);
        if (waiting[1].revents != 0 && mbedtls_net_accept(&port, &client, NULL, 0, NULL) == 0) serve(&config, &client);
    }
}
