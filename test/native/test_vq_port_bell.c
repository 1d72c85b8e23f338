/* SPDX-License-Identifier: MIT */
#include "check.h"
#include "vqda/dsp/port.h"

#include <errno.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

/* The board's end of the memory that a DSP process and the board share (struct qda_port_bell). The test plays the process. */

struct ends {
    struct vq_port port;
    struct qda_port_bell *bell; /* as the process sees it */
    int process;                /* its end of the socket */
};

static bool begin(struct ends *ends)
{
    int pair[2];
    if (!CHECK_INT(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, pair), 0))
        return false;
    vq_port_init(&ends->port, pair[0]);
    ends->process = pair[1];
    int fd = vq_port_bell_make(&ends->port);
    ends->bell = mmap(NULL, QDA_PORT_BELL_BYTES, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    CHECK_INT(ftruncate(fd, 0), -1); /* the board would fault on what is cut off */
    close(fd);
    return CHECK(ends->bell != MAP_FAILED);
}

static void end(struct ends *ends)
{
    vq_port_close(&ends->port);
    CHECK(ends->port.bell == NULL);
    munmap(ends->bell, QDA_PORT_BELL_BYTES);
    close(ends->process);
}

static void test_calls(void)
{
    struct ends ends;
    struct qda_port_call call = { .head = { QDA_PORT_CALL, 0 }, .after = 7 };
    if (!begin(&ends))
        return;
    CHECK(!vq_port_bell_ring(&ends.port, &call)); /* nobody looks */
    ends.bell->call_state = QDA_BELL_WATCHED;
    CHECK(vq_port_bell_ring(&ends.port, &call));
    CHECK_INT(ends.bell->call_state, QDA_BELL_RUNG);
    CHECK_INT(ends.bell->call.after, 7);
    call.after = 8;
    CHECK(!vq_port_bell_ring(&ends.port, &call)); /* the one before is not taken */
    CHECK_INT(ends.bell->call.after, 7);
    end(&ends);
}

static void test_replies(void)
{
    struct ends ends;
    struct qda_port_reply reply;
    if (!begin(&ends))
        return;
    vq_port_bell_watch(&ends.port);
    CHECK_INT(ends.bell->reply_state, QDA_BELL_WATCHED);
    CHECK_INT(vq_port_bell_take(&ends.port, &reply, false), 0);
    ends.bell->reply = (struct qda_port_reply){ .head = { QDA_PORT_REPLY, 0 }, .response = { .ctx = 0x123 } };
    ends.bell->reply_state = QDA_BELL_RUNG;
    vq_port_bell_watch(&ends.port); /* loses nothing that is there */
    CHECK_INT(vq_port_bell_take(&ends.port, &reply, true), sizeof(reply));
    CHECK_INT(reply.response.ctx, 0x123);
    CHECK_INT(vq_port_bell_take(&ends.port, &reply, true), 0); /* once */
    vq_port_bell_watch(&ends.port);
    CHECK_INT(vq_port_bell_take(&ends.port, &reply, true), 0);
    CHECK_INT(ends.bell->reply_state, QDA_BELL_NOBODY); /* the process now uses the socket */
    end(&ends);
}

/* States that the protocol does not have. */
static void test_nonsense(void)
{
    struct ends ends;
    struct qda_port_reply reply;
    if (!begin(&ends))
        return;
    ends.bell->call_state = ends.bell->reply_state = 77;
    CHECK(!vq_port_bell_ring(&ends.port, &(struct qda_port_call){ .after = 1 }));
    vq_port_bell_watch(&ends.port);
    CHECK_INT(vq_port_bell_take(&ends.port, &reply, false), 0);
    CHECK_INT(vq_port_bell_take(&ends.port, &reply, true), 0);
    end(&ends);
}

static void test_socket(void)
{
    struct ends ends;
    const struct qda_port_head head = { QDA_PORT_LOG, 0 };
    struct vq_packet packet = { .parts = { { (void *)(uintptr_t)&head, sizeof(head) } } };
    char got[64];
    if (!begin(&ends))
        return;
    CHECK(!vq_port_bell_says_more(&ends.port));
    CHECK_INT(vq_port_send(&ends.port, &packet), 0);
    CHECK_INT(ends.bell->sent, 1);
    CHECK_INT(write(ends.process, &head, sizeof(head)), sizeof(head));
    ends.bell->said = 1;
    CHECK(vq_port_bell_says_more(&ends.port));
    CHECK_INT(vq_port_receive(&ends.port, got, sizeof(got)), sizeof(head));
    CHECK(!vq_port_bell_says_more(&ends.port));
    CHECK_INT(vq_port_receive(&ends.port, got, sizeof(got)), -EAGAIN);
    end(&ends);
}

int main(void)
{
    check_run("a call is given only to who looks, and one at a time", test_calls);
    check_run("a reply is taken once", test_replies);
    check_run("what no protocol says is nobody who looks", test_nonsense);
    check_run("packets of the socket are counted", test_socket);
    return check_done();
}
