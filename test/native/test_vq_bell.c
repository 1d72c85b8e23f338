/* SPDX-License-Identifier: MIT */
#include "check.h"
#include "scripted_board.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <stddef.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

/* Calls that take the shorter way by the bell, mixed with calls over the socket. */

#define CALLS 4000u
#define LARGEST 3000u

/* in[0] backwards into out[0]. */
static void reverse(struct vq_message *message)
{
    const union qda_rpc_arg *args = (const void *)message->slab->map;
    uint64_t len = args[0].buf.len, in = 512, out = qda_rpc_align(in + len); /* 40 * 2 + 384 = 464 */
    for (uint64_t i = 0; i < len; i++)
        message->slab->map[out + i] = message->slab->map[in + len - 1 - i];
}

static void *many_calls(void *arg)
{
    int fd = *(int *)arg;
    uintptr_t wrong = 0;
    uint8_t in[LARGEST], out[LARGEST];
    char name[16];
    for (uint32_t i = 0; i < CALLS; i++) {
        uint32_t len = i * 37 % LARGEST + 1;
        memset(in, (int)i, len);
        in[0] = (uint8_t)(i >> 8);
        struct qda_v1_fastrpc_invoke_args args[2] = { { (uintptr_t)in, len, -1, 0 }, { (uintptr_t)out, len, -1, 0 } };
        wrong += invoke(fd, 30, QDA_SCALARS_BUILD(0, 2, 1, 1, 0, 0), args) != 0;
        wrong += out[len - 1] != in[0] || out[0] != in[len - 1];
        wrong += i % 16 == 0 && q.driver->query(q.sys, fd, name) != 0;
        wrong += i % 100 == 0 && invoke(fd, 30, QDA_SCALARS_BUILD(0, 2, 1, 0, 0, 0), NULL) != -EFAULT;
    }
    return (void *)wrong;
}

/* Each call has its own answer, whichever way it went, and whoever else calls. */
static void test_in_step(void)
{
    if (!board_start(QDA_ERRNO_V1, VQ_IOMMU_TRANSLATED, NULL))
        return;
    pthread_t threads[3];
    void *wrong;
    int fd = open_cdsp();
    script.run = reverse;
    CHECK_INT((uintptr_t)many_calls(&fd), 0);
    for (int i = 0; i < 3; i++)
        pthread_create(&threads[i], NULL, many_calls, &fd);
    for (int i = 0; i < 3; i++) {
        pthread_join(threads[i], &wrong);
        CHECK_INT((uintptr_t)wrong, 0);
    }
    CHECK_INT(script_count, 4 * CALLS);
    q_close(&q, fd);
    board_stop(true);
}

/* ---- a client that writes what it likes */

static int connect_raw(void)
{
    struct sockaddr_un addr = { .sun_family = AF_UNIX };
    int len = snprintf(addr.sun_path + 1, sizeof(addr.sun_path) - 1, "qda-lab/%u/%s/vqda", (unsigned)getuid(), board->name);
    int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
    socklen_t size = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + 1 + (size_t)len);
    return CHECK_INT(connect(fd, (struct sockaddr *)&addr, size), 0) ? fd : -1;
}

static void ask(int fd, uint32_t op)
{
    struct vq_request head = { .op = op, .version = VQ_ABI_VERSION, .tid = (uint32_t)gettid() };
    CHECK_INT(send(fd, &head, sizeof(head), 0), sizeof(head));
}

/* Asks for the bell; its memory, or NULL. */
static struct vq_bell *get_bell(int fd)
{
    struct vq_reply reply;
    struct iovec piece = { &reply, sizeof(reply) };
    _Alignas(struct cmsghdr) char control[CMSG_SPACE(sizeof(int))];
    struct msghdr msg = { .msg_iov = &piece, .msg_iovlen = 1, .msg_control = control, .msg_controllen = sizeof(control) };
    int bell;
    ask(fd, VQ_BELL);
    if (!CHECK_INT(recvmsg(fd, &msg, 0), sizeof(reply)) || !CHECK_INT(reply.result, 0))
        return NULL;
    memcpy(&bell, CMSG_DATA(CMSG_FIRSTHDR(&msg)), sizeof(bell));
    CHECK_INT(ftruncate(bell, 0), -1); /* nobody takes it from under the server */
    void *map = mmap(NULL, sizeof(struct vq_bell), PROT_READ | PROT_WRITE, MAP_SHARED, bell, 0);
    close(bell);
    return map;
}

/* Until the server looks at the bell: it does after an answer that was awaited there. */
static void be_watched(int fd, struct vq_bell *bell)
{
    for (int i = 0; i < 100000; i++) {
        struct vq_reply reply;
        atomic_store(&bell->answer, VQ_BELL_AWAITED);
        ask(fd, VQ_HELLO_CALL);
        while (atomic_load(&bell->answer) == VQ_BELL_AWAITED)
            if (recv(fd, &reply, sizeof(reply), MSG_DONTWAIT) > 0)
                break;
        uint32_t watched = VQ_BELL_WATCHED;
        if (atomic_compare_exchange_strong(&bell->request, &watched, VQ_BELL_ASKED))
            return;
    }
    CHECK(!"the server looks at the bell");
}

static bool hung_up(int fd)
{
    struct pollfd p = { .fd = fd, .events = POLLIN };
    char rest[64];
    while (poll(&p, 1, 60000) == 1 && recv(fd, rest, sizeof(rest), 0) > 0)
        continue;
    return (p.revents & POLLHUP) != 0;
}

static void ring(uint32_t data_len, uint32_t version)
{
    int fd = connect_raw();
    struct vq_bell *bell = get_bell(fd);
    if (!bell)
        return;
    bell->head = (struct vq_request){ .op = VQ_IOCTL, .version = version, .data_len = data_len };
    be_watched(fd, bell);
    if (data_len > sizeof(bell->data))
        CHECK(hung_up(fd));
    munmap(bell, sizeof(*bell));
    close(fd);
}

static void test_hostile(void)
{
    if (!board_start(QDA_ERRNO_V1, VQ_IOMMU_TRANSLATED, NULL))
        return;
    ring(UINT32_MAX, VQ_ABI_VERSION);
    ring(sizeof(((struct vq_bell *)0)->data) + 1, VQ_ABI_VERSION);
    ring(16, VQ_ABI_VERSION); /* an ioctl on no file */
    ring(16, 77);
    int fd = open_cdsp(); /* others are served */
    CHECK_INT(invoke(fd, 30, 0, NULL), 0);
    q_close(&q, fd);
    board_stop(true);
}

int main(void)
{
    check_run("every call gets its own answer, whichever way it goes", test_in_step);
    check_run("a client that writes what it likes harms itself alone", test_hostile);
    return check_done();
}
