/* SPDX-License-Identifier: MIT */
#include "vqda/client/gather.h"

#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/*
 * The ioctls whose structs hold pointers or descriptors: what those mean in this process is carried along (vq_abi.h says
 * how). Fields are taken by v1's layouts, whose offsets the RFC shares in every struct used here.
 *
 * As in a kernel, the size in the number is the caller's: what it leaves out reads as zero and is not written back.
 */
int64_t vqc_gather_send(struct vqc_gathered *g, struct vqc_message *m)
{
    m->op = VQ_IOCTL;
    m->arg0 = g->request;
    memcpy(m->cookie, g->cookie, sizeof(m->cookie));
    m->in[0] = g->arg.bytes;
    m->in_len[0] = g->in_size;
    return vqc_exchange(g->client, m);
}

int vqc_gather_back(const struct vqc_gathered *g, int64_t result)
{
    int err = vqc_copy_out(g->user, g->arg.bytes, g->out_size);
    return err < 0 ? err : (int)result;
}

static void fds_of_request(struct vqc_message *m, int *fd)
{
    m->fds = fd;
    m->fd_count = *fd >= 0 ? 1 : 0;
}

/* ---- VERSION and GET_UNIQUE: texts */

static int copy_text(uint64_t to, uint64_t room, const char *text, uint64_t len)
{
    uint64_t n = room < len ? room : len;
    return n == 0 || to == 0 ? 0 : vqc_copy_out(to, text, n);
}

static int version(struct vqc_gathered *g)
{
    struct {
        struct qda_drm_version_arg arg;
        char texts[1024];
    } reply = { 0 };
    const struct qda_drm_version_arg asked = g->arg.version;
    struct vqc_message m = { .out = &reply, .out_room = sizeof(reply) };
    int64_t result = vqc_gather_send(g, &m);
    struct qda_drm_version_arg got = reply.arg;
    if (m.out_len < sizeof(got) || got.name_len + got.date_len + got.desc_len != m.out_len - sizeof(got))
        return result < 0 ? (int)result : -EPROTO;
    const char *date = reply.texts + got.name_len;
    int err = copy_text(asked.name, asked.name_len, reply.texts, got.name_len);
    if (err == 0)
        err = copy_text(asked.date, asked.date_len, date, got.date_len);
    if (err == 0)
        err = copy_text(asked.desc, asked.desc_len, date + got.date_len, got.desc_len);
    got.name = asked.name;
    got.date = asked.date;
    got.desc = asked.desc;
    g->arg.version = got;
    return vqc_gather_back(g, err < 0 ? err : result);
}

static int unique(struct vqc_gathered *g)
{
    struct {
        struct qda_drm_unique arg;
        char text[256];
    } reply = { 0 };
    const struct qda_drm_unique asked = g->arg.unique;
    struct vqc_message m = { .out = &reply, .out_room = sizeof(reply) };
    int64_t result = vqc_gather_send(g, &m);
    if (m.out_len < sizeof(reply.arg) || reply.arg.unique_len != m.out_len - sizeof(reply.arg))
        return result < 0 ? (int)result : -EPROTO;
    /* The kernel writes it only where the whole text fits. */
    int err = asked.unique_len >= reply.arg.unique_len
                  ? copy_text(asked.unique, asked.unique_len, reply.text, reply.arg.unique_len)
                  : 0;
    g->arg.unique.unique_len = reply.arg.unique_len;
    return vqc_gather_back(g, err < 0 ? err : result);
}

/* ---- Calls that make a descriptor */

static int install(int fd, bool cloexec)
{
    if (!cloexec && fcntl(fd, F_SETFD, 0) < 0)
        return -errno;
    return fd;
}

/* The number of the new descriptor into `field`, or what went wrong; the descriptor does not stay then. */
int vqc_give_fd(struct vqc_gathered *g, const struct vqc_message *m, int64_t result, bool cloexec, size_t field)
{
    int fd = m->out_fd;
    if (result < 0 || fd < 0) {
        int back = vqc_gather_back(g, result < 0 ? result : -EPROTO);
        if (fd >= 0)
            close(fd);
        return back;
    }
    int err = install(fd, cloexec);
    if (err >= 0) {
        memcpy(g->arg.bytes + field, &fd, sizeof(fd));
        err = vqc_gather_back(g, result);
    }
    if (err < 0)
        close(fd);
    return err;
}

static int prime_export(struct vqc_gathered *g)
{
    bool cloexec = (g->arg.prime.flags & QDA_DRM_CLOEXEC) != 0;
    struct vqc_message m = { .out = g->arg.bytes, .out_room = VQC_ARG_ROOM };
    int64_t result = vqc_gather_send(g, &m);
    return vqc_give_fd(g, &m, result, cloexec, offsetof(struct qda_drm_prime_handle, fd));
}

static int heap_alloc(struct vqc_gathered *g)
{
    bool cloexec = (g->arg.heap.fd_flags & O_CLOEXEC) != 0;
    struct vqc_message m = { .out = g->arg.bytes, .out_room = VQC_ARG_ROOM };
    int64_t result = vqc_gather_send(g, &m);
    return vqc_give_fd(g, &m, result, cloexec, offsetof(struct qda_dma_heap_allocation, fd));
}

static int fd_as_result(struct vqc_gathered *g, const struct vqc_message *m, int64_t result, bool cloexec)
{
    vqc_table_outdated(g->client); /* a memfd may be a dma-buf now */
    if (result >= 0 && m->out_fd >= 0)
        return install(m->out_fd, cloexec);
    if (m->out_fd >= 0)
        close(m->out_fd);
    return result < 0 ? (int)result : -EPROTO;
}

static int udmabuf_create(struct vqc_gathered *g)
{
    int fd = vqc_open_fd((int)g->arg.udmabuf.memfd);
    struct vqc_message m = { .out = NULL };
    fds_of_request(&m, &fd);
    int64_t result = vqc_gather_send(g, &m);
    return fd_as_result(g, &m, result, (g->arg.udmabuf.flags & QDA_UDMABUF_CLOEXEC) != 0);
}

/* The index of a descriptor among those that travel, ~0 if it is not open or there is no room. */
static uint32_t index_of_fd(uint32_t fd, int *fds, int *count)
{
    for (int i = 0; i < *count; i++)
        if (fds[i] == (int)fd)
            return (uint32_t)i;
    if (*count == VQ_MAX_FDS || vqc_open_fd((int)fd) < 0)
        return ~0u;
    fds[*count] = (int)fd;
    return (uint32_t)(*count)++;
}

static int udmabuf_create_list(struct vqc_gathered *g)
{
    const size_t head = sizeof(struct qda_udmabuf_create_list);
    uint32_t count = g->arg.list.count;
    if (count > VQ_MAX_LIST) /* the module's list_limit */
        return -EINVAL;
    size_t bytes = count * sizeof(struct qda_udmabuf_create_item);
    struct qda_udmabuf_create_item *list = calloc(count + 1u, sizeof(*list));
    if (list == NULL)
        return -ENOMEM;
    int err = vqc_copy_in(list, g->user + head, bytes);
    if (err == 0) {
        int fds[VQ_MAX_FDS];
        struct vqc_message m = { .in = { NULL, list }, .in_len = { 0, bytes }, .fds = fds };
        for (uint32_t i = 0; i < count; i++)
            list[i].memfd = index_of_fd(list[i].memfd, fds, &m.fd_count);
        int64_t result = vqc_gather_send(g, &m);
        err = fd_as_result(g, &m, result, (g->arg.list.flags & QDA_UDMABUF_CLOEXEC) != 0);
    }
    free(list);
    return err;
}

/* ---- Calls that name a descriptor (or, in the RFC, a GEM handle: then what travels means nothing) */

int vqc_with_fd(struct vqc_gathered *g, int fd)
{
    int open_fd = fd >= 0 ? vqc_open_fd(fd) : -1;
    struct vqc_message m = { .out = g->arg.bytes, .out_room = VQC_ARG_ROOM };
    fds_of_request(&m, &open_fd);
    int64_t result = vqc_gather_send(g, &m);
    return vqc_gather_back(g, result);
}

static int prime_import(struct vqc_gathered *g)
{
    return vqc_with_fd(g, g->arg.prime.fd);
}

static int map(struct vqc_gathered *g)
{
    return vqc_with_fd(g, g->arg.map.fd > 0 ? g->arg.map.fd : -1);
}

/* ---- */

static const struct {
    uint8_t type, nr;
    int (*run)(struct vqc_gathered *g);
} handlers[] = {
    { 'd', 0x00, version },
    { 'd', 0x01, unique },
    { 'd', 0x2d, prime_export },
    { 'd', 0x2e, prime_import },
    { 'd', 0x44, vqc_session_create },
    { 'd', 0x45, map },
    { 'd', 0x47, vqc_invoke },
    { 'H', 0x00, heap_alloc },
    { 'R', 0x01, vqc_alloc_dma_buff },
    { 'R', 0x03, vqc_invoke },
    { 'R', 0x05, vqc_session_create },
    { 'R', 0x0a, vqc_mem_map },
    { 'u', 0x42, udmabuf_create },
    { 'u', 0x43, udmabuf_create_list },
};

static int run_handler(struct vqc_gathered *g, int (*run)(struct vqc_gathered *))
{
    uint32_t dir = QDA_IOC_DIR(g->request);
    uint32_t size = QDA_IOC_SIZE(g->request);
    g->in_size = (dir & QDA_IOC_WRITE) != 0 ? size : 0;
    g->out_size = (dir & QDA_IOC_READ) != 0 ? size : 0;
    int err = vqc_copy_in(g->arg.bytes, g->user, g->in_size);
    return err < 0 ? err : run(g);
}

bool vqc_gathered_ioctl(struct vqc_client *client, const char cookie[8], uint32_t request, uint64_t arg, int *result)
{
    if (QDA_IOC_SIZE(request) > VQC_ARG_ROOM)
        return false;
    for (size_t i = 0; i < sizeof(handlers) / sizeof(handlers[0]); i++) {
        if (handlers[i].type != QDA_IOC_TYPE(request) || handlers[i].nr != QDA_IOC_NR(request))
            continue;
        struct vqc_gathered g = { .client = client, .cookie = cookie, .request = request, .user = arg };
        *result = run_handler(&g, handlers[i].run);
        return true;
    }
    return false;
}
