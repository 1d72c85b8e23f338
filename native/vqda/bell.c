/* SPDX-License-Identifier: MIT */
#include "vqda/conn.h"

#include "vqda/core/timer.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

/*
 * The server's end of struct vq_bell. Whoever was answered last mostly asks again at once, so the server looks at that
 * bell for a moment before it sleeps.
 */
#define LOOK_NS 20000ull
#define LOOKS_A_TIME 3u /* between two looks at the clock: the first two mostly find it */

static int map_bell(struct vq_conn *conn, int fd)
{
    if (ftruncate(fd, sizeof(struct vq_bell)) != 0 ||
        fcntl(fd, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL) != 0)
        return -errno;
    void *map = mmap(NULL, sizeof(struct vq_bell), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    if (map == MAP_FAILED)
        return -errno;
    conn->bell = map;
    return 0;
}

int vq_bell_give(struct vq_conn *conn, struct vq_answer *out)
{
    if (conn->bell)
        return -EALREADY;
    int fd = memfd_create("vqda-bell", MFD_CLOEXEC | MFD_ALLOW_SEALING);
    int err = fd < 0 ? -errno : map_bell(conn, fd);
    if (err && fd >= 0)
        close(fd);
    out->fd = err ? -1 : fd;
    return err;
}

/* Looks away from a bell. False: it has a request. */
static bool look_away(struct vq_bell *bell)
{
    uint32_t watched = VQ_BELL_WATCHED;
    return atomic_compare_exchange_strong(&bell->request, &watched, VQ_BELL_UNWATCHED);
}

/* From now on this bell is looked at, unless another one has a request already. */
static void watch(struct vq_conn *conn)
{
    struct vq_server *server = conn->server;
    if (server->watched && server->watched != conn && !look_away(server->watched->bell))
        return;
    server->watched = conn;
    atomic_store(&conn->bell->request, VQ_BELL_WATCHED);
}

bool vq_bell_answer(struct vq_conn *conn, int64_t result, const struct vq_answer *out)
{
    struct vq_bell *bell = conn->bell;
    uint32_t awaited = VQ_BELL_AWAITED;
    if (out->fd >= 0 || out->data_len > sizeof(bell->reply_data) || atomic_load(&bell->answer) != awaited)
        return false;
    bell->reply = (struct vq_reply){ .result = result, .data_len = (uint32_t)out->data_len };
    memcpy(bell->reply_data, out->data, out->data_len);
    watch(conn);
    return atomic_compare_exchange_strong(&bell->answer, &awaited, VQ_BELL_ANSWERED);
}

bool vq_bell_look(void *arg)
{
    struct vq_server *server = arg;
    uint64_t until = 0;
    if (!server->watched)
        return false;
    for (unsigned looks = 1; looks % LOOKS_A_TIME != 0 || vq_look_on(&until, LOOK_NS); looks++) {
        if (atomic_load(&server->watched->bell->request) != VQ_BELL_WATCHED)
            return true;
        sched_yield();
    }
    if (!look_away(server->watched->bell))
        return true;
    server->watched = NULL;
    return false;
}

/* The client may change what it wrote while it is read: it is copied once. */
void vq_bell_serve(void *arg)
{
    static char data[sizeof(((struct vq_bell *)0)->data) + 1];
    struct vq_server *server = arg;
    struct vq_conn *conn = server->watched;
    if (!conn || atomic_load(&conn->bell->request) == VQ_BELL_WATCHED)
        return;
    struct vq_incoming in = { .head = conn->bell->head, .data = data };
    int err = in.head.data_len <= sizeof(conn->bell->data) ? 0 : -EPROTO;
    server->watched = NULL;
    if (!err) {
        memcpy(data, conn->bell->data, in.head.data_len);
        data[in.head.data_len] = '\0';
        atomic_store(&conn->bell->request, VQ_BELL_UNWATCHED);
        err = vq_conn_serve(conn, &in);
    }
    if (err)
        vq_conn_end(conn);
}

void vq_bell_free(struct vq_conn *conn)
{
    if (conn->server->watched == conn)
        conn->server->watched = NULL;
    if (conn->bell)
        munmap(conn->bell, sizeof(*conn->bell));
    conn->bell = NULL;
}
