/* Reads the lines, asks the library, prints one answer a line. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int answer(char kind, unsigned char *host, size_t host_size, unsigned char *cert, size_t cert_size);

static int digit(char letter) {
    return letter <= '9' ? letter - '0' : letter - 'a' + 10;
}

/* Decodes in place and ends with a NUL, as C libraries want their strings. */
static size_t decode(char *hex) {
    size_t size = strlen(hex) / 2;
    for (size_t at = 0; at < size; at++) hex[at] = (char)(digit(hex[2 * at]) << 4 | digit(hex[2 * at + 1]));
    hex[size] = 0;
    return size;
}

int main(void) {
    char *line = NULL;
    size_t room = 0;
    while (getline(&line, &room, stdin) > 0) {
        char *host = strchr(line, '\t') + 1;
        char *cert = strchr(host, '\t') + 1;
        cert[-1] = 0;
        cert[strcspn(cert, "\n")] = 0;
        size_t host_size = decode(host);
        size_t cert_size = decode(cert);
        int found = answer(line[0], (unsigned char *)host, host_size, (unsigned char *)cert, cert_size);
        puts(found < 0 ? "E" : found ? "1" : "0");
    }
    return 0;
}
