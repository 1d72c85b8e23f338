/*
 * Preloaded into adbd: whatever it binds to an IP address is bound to this machine's loopback. adbd listens on every address and asks
 * nobody for a key, so without this a test would hand a shell to the network. What adbd starts runs without it.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <dlfcn.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

typedef int (*bind_fn)(int, const struct sockaddr *, socklen_t);

__attribute__((constructor)) static void leave_children_alone(void)
{
    unsetenv("LD_PRELOAD");
    unsetenv("LD_LIBRARY_PATH");
}

int bind(int fd, const struct sockaddr *address, socklen_t length)
{
    bind_fn next = (bind_fn)dlsym(RTLD_NEXT, "bind");
    struct sockaddr_storage copy;
    if (length > sizeof(copy))
        return next(fd, address, length);
    memcpy(&copy, address, length);
    if (copy.ss_family == AF_INET)
        ((struct sockaddr_in *)&copy)->sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    else if (copy.ss_family == AF_INET6)
        inet_pton(AF_INET6, "::ffff:127.0.0.1", &((struct sockaddr_in6 *)&copy)->sin6_addr);
    return next(fd, (const struct sockaddr *)&copy, length);
}
