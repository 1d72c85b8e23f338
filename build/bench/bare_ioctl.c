/* SPDX-License-Identifier: MIT */
#include "driver/driver.h"
#include "vqda/client/client.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/*
 * What base.ioctl costs without the tool around it: the same call through the same driver table and backend, in one process
 * beside the virtual board as the agent is, in a bare loop.
 *
 *     bare_ioctl VQDA-SOCKET [version|query] [SAMPLES] [WARM-UPS]
 *
 * Prints "p50 NS". `npm run bench:tool` sets it beside the agent's number.
 */
#define MAX_SAMPLES 10000000ul

struct bare {
    struct qda_sys *sys;
    const struct qda_driver *driver;
    int fd;
    bool query;
};

static int call_once(struct bare *bare)
{
    struct qda_drm_version version;
    char dsp[16];
    return bare->query ? bare->driver->query(bare->sys, bare->fd, dsp) : qda_drm_version(bare->sys, bare->fd, &version);
}

static int measure(struct bare *bare, uint64_t *ns, size_t samples, size_t warmups)
{
    for (size_t i = 0; i < warmups + samples; i++) {
        uint64_t begin = bare->sys->ops->now_ns(bare->sys);
        int err = call_once(bare);
        uint64_t took = bare->sys->ops->now_ns(bare->sys) - begin;
        if (err < 0)
            return err;
        if (i >= warmups)
            ns[i - warmups] = took;
    }
    return 0;
}

static int by_value(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return (x > y) - (x < y);
}

/* Middle of `n` sorted values; the lower one of two. */
static uint64_t p50(uint64_t *ns, size_t n)
{
    qsort(ns, n, sizeof *ns, by_value);
    return ns[(n - 1) / 2];
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

static int run(struct bare *bare, size_t samples, size_t warmups)
{
    if (open_node(bare) < 0)
        return 2;
    uint64_t *ns = malloc(samples * sizeof *ns);
    int err = ns ? measure(bare, ns, samples, warmups) : -1;
    if (err < 0)
        fprintf(stderr, "bare_ioctl: the call failed: %s\n", strerror(-err));
    else
        printf("p50 %llu\n", (unsigned long long)p50(ns, samples));
    free(ns);
    bare->sys->ops->close(bare->sys, bare->fd);
    return err < 0 ? 2 : 0;
}

static size_t number(int argc, char **argv, int at, size_t otherwise)
{
    size_t value = argc > at ? strtoul(argv[at], NULL, 10) : otherwise;
    return value > MAX_SAMPLES ? MAX_SAMPLES : value;
}

int main(int argc, char **argv)
{
    struct bare bare = {.fd = -1, .query = argc > 2 && strcmp(argv[2], "query") == 0};
    size_t samples = number(argc, argv, 3, 20000), warmups = number(argc, argv, 4, 2000);
    int err = 0;
    if (argc < 2 || samples == 0) {
        fprintf(stderr, "usage: bare_ioctl VQDA-SOCKET [version|query] [SAMPLES] [WARM-UPS]\n");
        return 3;
    }
    bare.sys = vq_client_open(argv[1], &err);
    if (!bare.sys) {
        fprintf(stderr, "bare_ioctl: no virtual board at %s: %s\n", argv[1], strerror(-err));
        return 2;
    }
    int code = run(&bare, samples, warmups);
    vq_client_close(bare.sys);
    return code;
}
