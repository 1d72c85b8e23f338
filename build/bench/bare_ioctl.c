/* SPDX-License-Identifier: MIT */
#include "driver/driver.h"
#include "vqda/client/client.h"

#include "samples.h"

#include <fcntl.h>
#include <string.h>

/*
 * What base.ioctl costs without the tool around it: the same call through the same driver table and backend, in one process
 * beside the virtual board as the agent is, in a bare loop.
 *
 *     bare_ioctl VQDA-SOCKET [version|query] [SAMPLES] [WARM-UPS]
 *
 * Prints "p50 NS". `npm run bench:tool` sets it beside the agent's number.
 */
struct bare {
    struct qda_sys *sys;
    const struct qda_driver *driver;
    int fd;
    bool query;
};

static int call_once(void *arg)
{
    struct bare *bare = arg;
    struct qda_drm_version version;
    char dsp[16];
    return bare->query ? bare->driver->query(bare->sys, bare->fd, dsp) : qda_drm_version(bare->sys, bare->fd, &version);
}

static int open_node(struct bare *bare)
{
    struct qda_node node;
    int found = qda_find_nodes(bare->sys, QDA_GEN_NONE, &node, 1);
    if (found < 1 || !node.driver) {
        fprintf(stderr, "bare_ioctl: no usable accel node: %s\n", found < 1 ? "none there" : node.proof);
        return -1;
    }
    bare->driver = node.driver;
    bare->fd = bare->sys->ops->open(bare->sys, node.path, O_RDWR | O_CLOEXEC);
    if (bare->fd < 0)
        fprintf(stderr, "bare_ioctl: %s: %s\n", node.path, strerror(-bare->fd));
    return bare->fd;
}

static int run(struct bare *bare, const size_t counts[2])
{
    if (open_node(bare) < 0)
        return 2;
    int err = print_p50(call_once, bare, counts);
    if (err < 0)
        fprintf(stderr, "bare_ioctl: the call failed: %s\n", strerror(-err));
    bare->sys->ops->close(bare->sys, bare->fd);
    return err < 0 ? 2 : 0;
}

int main(int argc, char **argv)
{
    struct bare bare = {.fd = -1, .query = argc > 2 && strcmp(argv[2], "query") == 0};
    const size_t counts[2] = {number(argc, argv, 3, 20000), number(argc, argv, 4, 2000)};
    int err = 0;
    if (argc < 2 || counts[0] == 0) {
        fprintf(stderr, "usage: bare_ioctl VQDA-SOCKET [version|query] [SAMPLES] [WARM-UPS]\n");
        return 3;
    }
    bare.sys = vq_client_open(argv[1], &err);
    if (!bare.sys) {
        fprintf(stderr, "bare_ioctl: no virtual board at %s: %s\n", argv[1], strerror(-err));
        return 2;
    }
    int code = run(&bare, counts);
    vq_client_close(bare.sys);
    return code;
}
