/* The frontend's floor: a signed body over HTTP/1.1 keep-alive, verified, answered 202, kept nowhere.
 *
 * One thread, epoll, level-triggered; requests as the bench's client sends them (Content-Length, no
 * chunks, no pipelining). Usage: floor PORT SECRET. Build: cc -O2 floor.c -lcrypto
 */
#define _GNU_SOURCE /* memmem */
#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

enum { MOST_CONNECTIONS = 1024, MOST_BYTES = 1 << 20, HEX_DIGITS = 64, DIGEST_BYTES = 32 };

struct request {
    char *bytes;
    size_t size;
};

static struct request requests[MOST_CONNECTIONS];
static const char *secret;

static const char TAKEN[] = "HTTP/1.1 202 Accepted\r\ncontent-length: 2\r\n\r\n{}";
static const char READY[] = "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}";
static const char REFUSED[] = "HTTP/1.1 401 Unauthorized\r\ncontent-length: 2\r\n\r\n{}";

/* The value of a header between head and end, by the line end and name before it, or NULL. */
static const char *header(const char *head, const char *end, const char *name)
{
    const char *found = memmem(head, (size_t)(end - head), name, strlen(name));
    return found == NULL ? NULL : found + strlen(name);
}

static int is_signed(const char *body, size_t size, const char *signature)
{
    static const char DIGITS[] = "0123456789abcdef";
    unsigned char digest[DIGEST_BYTES];
    char made[HEX_DIGITS];
    if (signature == NULL || strncmp(signature, "sha256=", 7) != 0)
        return 0;
    HMAC(EVP_sha256(), secret, (int)strlen(secret), (const unsigned char *)body, size, digest, NULL);
    for (int i = 0; i < DIGEST_BYTES; i++) {
        made[2 * i] = DIGITS[digest[i] >> 4];
        made[2 * i + 1] = DIGITS[digest[i] & 15];
    }
    return CRYPTO_memcmp(made, signature + 7, HEX_DIGITS) == 0;
}

/* The answer to what has come so far, or NULL while it is not whole. */
static const char *answer(const struct request *request)
{
    const char *head = request->bytes;
    const char *end = memmem(head, request->size, "\r\n\r\n", 4);
    if (end == NULL)
        return NULL;
    if (strncmp(head, "GET ", 4) == 0)
        return READY;
    const char *length = header(head, end, "\r\ncontent-length: ");
    size_t size = length ? strtoul(length, NULL, 10) : 0;
    const char *body = end + 4;
    if ((size_t)(head + request->size - body) < size)
        return NULL;
    return is_signed(body, size, header(head, end, "\r\nx-hub-signature-256: ")) ? TAKEN : REFUSED;
}

static void serve(int connection)
{
    struct request *request = &requests[connection];
    if (request->bytes == NULL)
        request->bytes = malloc(MOST_BYTES);
    ssize_t got = read(connection, request->bytes + request->size, MOST_BYTES - request->size);
    if (got <= 0) {
        close(connection);
        request->size = 0;
        return;
    }
    request->size += (size_t)got;
    const char *said = answer(request);
    if (said != NULL) {
        request->size = 0;
        if (write(connection, said, strlen(said)) < 0)
            close(connection);
    }
}

static void take(int poll, int listener)
{
    int on = 1, connection = accept(listener, NULL, NULL);
    if (connection < 0 || connection >= MOST_CONNECTIONS)
        exit(1);
    setsockopt(connection, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    struct epoll_event wanted = {.events = EPOLLIN, .data.fd = connection};
    epoll_ctl(poll, EPOLL_CTL_ADD, connection, &wanted);
}

int main(int count, char **arguments)
{
    if (count != 3)
        return 2;
    secret = arguments[2];
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_port = htons((unsigned short)atoi(arguments[1])),
                                  .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int on = 1, listener = socket(AF_INET, SOCK_STREAM, 0), poll = epoll_create1(0);
    setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (bind(listener, (struct sockaddr *)&address, sizeof address) || listen(listener, 128))
        return 1;
    struct epoll_event wanted = {.events = EPOLLIN, .data.fd = listener}, ready[128];
    epoll_ctl(poll, EPOLL_CTL_ADD, listener, &wanted);
    for (;;) {
        int events = epoll_wait(poll, ready, 128, -1);
        for (int i = 0; i < events; i++) {
            if (ready[i].data.fd == listener)
                take(poll, listener);
            else
                serve(ready[i].data.fd);
        }
    }
}
