/* SPDX-License-Identifier: MIT */
#include "client_rig.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

struct live_board board;
struct qda_sys *sys;
const struct qda_driver *driver;

bool client_rig_start(void)
{
    static const char *const args[] = { "--dsp", "none", NULL }; /* what is tested ends at the driver */
    if (!live_board_start(&board, args))
        return false;
    sys = board.sys;
    driver = qda_driver_for(QDA_GEN_V1);
    return true;
}

int open_node(void)
{
    return sys->ops->open(sys, "/dev/accel/accel0", O_RDWR);
}

/* An address that no mapping has. */
void *unmapped(void)
{
    void *at = mmap(NULL, RIG_PAGE, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    munmap(at, RIG_PAGE);
    return at;
}

int heap_buffer(const char *heap, uint64_t size)
{
    int dmabuf = -1;
    int fd = sys->ops->open(sys, heap, O_RDWR);
    int err = fd < 0 ? fd : qda_heap_alloc(sys, fd, size, &dmabuf);
    if (fd >= 0)
        sys->ops->close(sys, fd);
    return err < 0 ? err : dmabuf;
}

int text_of(const char *path, char *out, size_t len)
{
    return (int)qda_read_file(sys, path, out, len);
}

void path_of(char *out, size_t len, const char *what, int fd)
{
    snprintf(out, len, "/proc/%d/%s/%d", (int)getpid(), what, fd);
}
