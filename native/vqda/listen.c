/* SPDX-License-Identifier: MIT */
#include "vqda/server.h"

#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

int vq_listen(const struct vq_board *board, int type, const char *door)
{
    struct sockaddr_un addr = { .sun_family = AF_UNIX };
    int len = snprintf(addr.sun_path + 1, sizeof(addr.sun_path) - 1, "qda-lab/%u/%s/%s", (unsigned)getuid(), board->name,
                       door);
    if (len < 0 || (size_t)len >= sizeof(addr.sun_path) - 1)
        return -ENAMETOOLONG;
    int fd = socket(AF_UNIX, type | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0)
        return -errno;
    socklen_t size = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + 1 + (size_t)len);
    if (bind(fd, (struct sockaddr *)&addr, size) != 0 || listen(fd, 1024) != 0) {
        int err = -errno;
        close(fd);
        return err;
    }
    return fd;
}

bool vq_peer_allowed(int fd, int *pid, uint32_t *uid)
{
    struct ucred cred;
    socklen_t len = sizeof(cred);
    if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &cred, &len) != 0)
        return false;
    *pid = cred.pid;
    *uid = cred.uid;
    return cred.uid == getuid() || cred.uid == 0;
}
