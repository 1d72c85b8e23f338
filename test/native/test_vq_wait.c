/* SPDX-License-Identifier: MIT */
#include "check.h"
#include "scripted_board.h"

#include "vqda/core/bank.h"
#include "vqda/core/handle.h"
#include "vqda/core/ledger.h"
#include "vqda/core/node.h"
#include "vqda/core/object.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/mman.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

/* Calls that wait for the DSP, callers that go away meanwhile, and what lies behind a bank's addresses. */

#define PAGE 4096u
#define NOTHING QDA_SCALARS_BUILD(0, 2, 0, 0, 0, 0)

struct caller {
    int fd;
    uint32_t handle;
    pthread_t thread;
    long result;
};

static void *call(void *arg)
{
    struct caller *caller = arg;
    caller->result = invoke(caller->fd, caller->handle, NOTHING, NULL);
    return NULL;
}

static void begin_call(struct caller *caller, int fd, uint32_t handle)
{
    *caller = (struct caller){ .fd = fd, .handle = handle, .result = -1 };
    CHECK_INT(pthread_create(&caller->thread, NULL, call, caller), 0);
}

static long end_call(struct caller *caller)
{
    pthread_join(caller->thread, NULL);
    return caller->result;
}

static pid_t fork_call(int fd)
{
    pid_t pid = fork();
    if (pid == 0)
        _exit(invoke(fd, 3, NOTHING, NULL) == 33 ? 0 : 1);
    return pid;
}

static uint64_t leaked(void)
{
    board_objects();
    return vq_ledger(board, VQ_QUIRK_INTERRUPTED_CALL_LEAKS).objects;
}

/* Two threads and a child wait on one file, others go on, and each gets its own answer. */
static void test_many_wait(void)
{
    if (!board_start(QDA_ERRNO_V1, VQ_IOMMU_TRANSLATED, NULL))
        return;
    struct caller one, two;
    char name[16];
    int status = -1, fd = open_cdsp();
    uint32_t handle;
    script.hold = true;
    begin_call(&one, fd, 1);
    script_wait(1);
    begin_call(&two, fd, 2);
    script_wait(2);
    pid_t child = fork_call(fd);
    CHECK_INT(script_wait(3)->request.handle, 3);
    CHECK_INT(script_wait(3)->request.tid, child);
    CHECK(script_seen[0].request.addr != script_seen[1].request.addr);
    CHECK_INT(q.driver->query(q.sys, fd, name), 0);
    CHECK_INT(q_create(&q, fd, PAGE, &handle), 0);
    CHECK_INT(board_objects(), 4); /* three messages and the buffer */
    script_answer(1, 22);
    CHECK_INT(end_call(&two), 22);
    script_answer(2, 33);
    CHECK_INT(waitpid(child, &status, 0), child);
    CHECK_INT(status, 0);
    CHECK_INT(board_objects(), 2);
    script_answer(0, 11);
    CHECK_INT(end_call(&one), 11);
    CHECK_INT(board_objects(), 1);
    CHECK_INT(leaked(), 0);
    q_close(&q, fd);
    board_stop(true);
}

static void on_alarm(int signal)
{
    (void)signal;
}

/* Signals for this thread once its message is with the DSP, until its call is over: it may not sleep yet. */
static atomic_bool call_is_over;
static void *interrupt(void *arg)
{
    const pthread_t *waiting = arg;
    script_wait(1);
    while (!call_is_over) {
        pthread_kill(*waiting, SIGALRM);
        usleep(2000);
    }
    return NULL;
}

static long interrupted_call(int fd, const struct buffer *buffer)
{
    struct sigaction action = { .sa_handler = on_alarm };
    pthread_t self = pthread_self(), other;
    struct qda_v1_fastrpc_invoke_args arg = { .ptr = (uintptr_t)buffer->map, .length = 8, .fd = buffer->field };
    sigaction(SIGALRM, &action, NULL);
    script.hold = true;
    call_is_over = false;
    pthread_create(&other, NULL, interrupt, &self);
    long result = invoke(fd, 1, QDA_SCALARS_BUILD(0, 2, 1, 0, 0, 0), &arg);
    call_is_over = true;
    pthread_join(other, NULL);
    script.hold = false;
    return result;
}

static void interrupt_with(const char *quirk, uint64_t left)
{
    if (!board_start(QDA_ERRNO_V1, VQ_IOMMU_TRANSLATED, quirk))
        return;
    struct buffer a;
    int fd = open_cdsp();
    if (!buffer_make(fd, 2 * PAGE, &a))
        return;
    CHECK_INT(interrupted_call(fd, &a), -EINTR);
    CHECK_INT(board_objects(), 2); /* the DSP owns the message until it answers */
    CHECK_INT(leaked(), 0);
    CHECK_INT(invoke(fd, 2, NOTHING, NULL), 0); /* another one, in other memory */
    script_answer(0, 0);
    CHECK_INT(board_objects(), 1 + left);
    CHECK_INT(leaked(), left);
    buffer_drop(fd, &a);
    q_close(&q, fd);
    CHECK(board_settles_at(left ? 2 : 0)); /* the buffer that the message named stays too */
    CHECK_INT(leaked(), left ? 2 : 0);
    CHECK_INT(vq_ledger(board, VQ_QUIRK_INTERRUPTED_CALL_LEAKS).bytes, left ? 3 * PAGE : 0);
    board_stop(left == 0);
}

static void test_interrupted(void)
{
    interrupt_with(NULL, 1);
}

static void test_interrupted_without_quirk(void)
{
    interrupt_with("interrupted-call-leaks=off", 0);
}

static void kill_caller_with(const char *quirk, uint64_t left)
{
    if (!board_start(QDA_ERRNO_V1, VQ_IOMMU_TRANSLATED, quirk))
        return;
    int status, fd = open_cdsp();
    script.hold = true;
    pid_t child = fork_call(fd);
    script_wait(1);
    kill(child, SIGKILL);
    CHECK_INT(waitpid(child, &status, 0), child);
    CHECK_INT(board_objects(), 1);
    CHECK(script_seen[0].message != NULL); /* still the DSP's */
    script_answer(0, 33);
    CHECK_INT(board_objects(), left);
    CHECK_INT(leaked(), left);
    q_close(&q, fd);
    CHECK(board_settles_at(left));
    board_stop(left == 0);
}

static void test_caller_killed(void)
{
    kill_caller_with(NULL, 1);
}

static void test_caller_killed_without_quirk(void)
{
    kill_caller_with("interrupted-call-leaks=off", 0);
}

/* The whole process goes: its file closes, which sends INIT_RELEASE, while its call is on its way. */
static void test_file_goes_first(void)
{
    if (!board_start(QDA_ERRNO_V1, VQ_IOMMU_TRANSLATED, "interrupted-call-leaks=off"))
        return;
    int status;
    script.hold = true;
    pid_t child = fork();
    if (child == 0)
        _exit((int)invoke(open_cdsp(), 3, NOTHING, NULL));
    script_wait(1);
    CHECK(script_seen[0].has_file);
    kill(child, SIGKILL);
    CHECK_INT(waitpid(child, &status, 0), child);
    CHECK_INT(script_wait(2)->call, QDA_CALL_ANY);
    CHECK(script_seen[0].message->file == NULL);
    CHECK(board_settles_at(1)); /* the call's message */
    script_answer(0, 0);
    board_stop(true);
}

/* A call holds its file: closing the descriptor meanwhile tells the DSP only when it has answered. */
static void test_close_during_call(void)
{
    if (!board_start(QDA_ERRNO_V1, VQ_IOMMU_TRANSLATED, NULL))
        return;
    struct caller one;
    int fd = open_cdsp();
    script.hold = true;
    begin_call(&one, fd, 1);
    script_wait(1);
    q_close(&q, fd);
    CHECK_INT(board_objects(), 1);
    usleep(20000);
    CHECK_INT(board_objects(), 1);
    CHECK_INT(script_count, 1);
    script_answer(0, 11);
    CHECK_INT(end_call(&one), 11);
    CHECK_INT(script_wait(2)->call, QDA_CALL_ANY);
    board_stop(true);
}

static void unplug(void *arg)
{
    CHECK_INT(vq_node_unplug(arg, "cdsp"), 0);
}

/* Nobody is woken; who waits is the kernel's prisoner until a signal comes. */
static void test_unplugged(void)
{
    if (!board_start(QDA_ERRNO_V1, VQ_IOMMU_TRANSLATED, "interrupted-call-leaks=off"))
        return;
    int status, fd = open_cdsp();
    script.hold = true;
    pid_t child = fork_call(fd), second = fork_call(fd);
    script_wait(2);
    on_board(unplug, board);
    CHECK_INT(script_nodes_gone, 1);
    script_answer(0, -ENODEV); /* the DSP died over it */
    CHECK_INT(board_objects(), 2);
    CHECK_INT(waitpid(child, &status, WNOHANG), 0);
    CHECK_INT(invoke(fd, 1, NOTHING, NULL), -ENODEV);
    kill(child, SIGKILL);
    kill(second, SIGKILL);
    waitpid(child, &status, 0);
    waitpid(second, &status, 0);
    CHECK(board_settles_at(1)); /* the other one was never answered */
    script_answer(1, -ENODEV);
    q_close(&q, fd);
    board_stop(true);
    CHECK_INT(script_count, 2); /* no INIT_RELEASE to a DSP that is not there */
}

/* A slab lives as long as its connection and its messages. */
static void test_slabs_end(void)
{
    if (!board_start(QDA_ERRNO_V1, VQ_IOMMU_TRANSLATED, "interrupted-call-leaks=off"))
        return;
    struct caller one;
    int fd = open_cdsp();
    begin_call(&one, fd, 1);
    CHECK_INT(end_call(&one), 0);
    for (int i = 0; i < 6000 && script_slabs_gone == 0; i++)
        usleep(10000);
    CHECK_INT(script_slabs_gone, 1); /* the thread's */
    static char data[200000];
    struct qda_v1_fastrpc_invoke_args arg = { .ptr = (uintptr_t)data, .length = 100, .fd = -1 };
    CHECK_INT(invoke(fd, 1, QDA_SCALARS_BUILD(0, 2, 1, 0, 0, 0), &arg), 0);
    arg.length = sizeof(data); /* a larger one takes its place */
    CHECK_INT(invoke(fd, 1, QDA_SCALARS_BUILD(0, 2, 1, 0, 0, 0), &arg), 0);
    CHECK_INT(script_slabs_gone, 2);
    arg.length = 100;
    CHECK_INT(invoke(fd, 1, QDA_SCALARS_BUILD(0, 2, 1, 0, 0, 0), &arg), 0);
    CHECK_INT(script_slabs_gone, 2);
    q_close(&q, fd);
    board_stop(true);
    CHECK_INT(script_slabs_gone, 3);
}

/* ---- a bank's addresses */

struct lookup {
    uint64_t dma;
    int err;
    struct vq_backed backed;
    uint64_t ino;
};

static void look(void *arg)
{
    struct lookup *lookup = arg;
    uint32_t sid = (uint32_t)(lookup->dma >> 32);
    struct vq_bank *bank = NULL;
    const struct vq_node *node = vq_first_node(board);
    for (size_t i = 0; i < node->bank_count; i++)
        if (node->banks[i].sid == sid)
            bank = &node->banks[i];
    lookup->err = vq_bank_lookup(bank, lookup->dma & 0xffffffffu, &lookup->backed);
    lookup->ino = lookup->err == 0 ? lookup->backed.backing->ino : 0;
}

static struct lookup look_at(uint64_t dma)
{
    struct lookup lookup = { .dma = dma };
    on_board(look, &lookup);
    return lookup;
}

static void test_lookup(void)
{
    if (!board_start(QDA_ERRNO_V1, VQ_IOMMU_TRANSLATED, NULL))
        return;
    int fd = open_cdsp(), heap = q_heap(&q, "/dev/dma_heap/system", 3u << 20);
    uint32_t gem, import;
    struct qda_stat st;
    CHECK_INT(q_create(&q, fd, 3 * PAGE, &gem), 0);
    CHECK_INT(q_import(&q, fd, heap, &import), 0);
    uint64_t own = dma_of(gem), theirs = dma_of(import);
    struct lookup found = look_at(own + 2 * PAGE + 5);
    CHECK_INT(found.err, 0); /* made for the look */
    CHECK_HEX(found.backed.iova, own & 0xffffffffu);
    CHECK_INT(found.backed.size, 3 * PAGE);
    CHECK_INT(found.backed.offset, 0);
    CHECK_INT(look_at(own + 3 * PAGE).err, -ENOENT);
    found = look_at(theirs + (3u << 20) - 1);
    CHECK_INT(found.err, 0);
    CHECK_HEX(found.backed.iova, theirs & 0xffffffffu);
    CHECK_INT(found.backed.size, 3u << 20);
    CHECK_INT(q.sys->ops->fstat(q.sys, heap, &st), 0);
    CHECK_INT(found.ino, st.ino);
    CHECK_INT(look_at((own & ~0xffffffffull) + PAGE).err, -ENOENT);
    script_unmapped_count = 0;
    CHECK_INT(qda_gem_close(q.sys, fd, import), 0);
    CHECK_INT(script_unmapped_count, 1); /* segments that follow each other are one range */
    CHECK_HEX(script_unmapped[0].iova, theirs & 0xffffffffu);
    CHECK_INT(script_unmapped[0].size, 3u << 20);
    CHECK_INT(look_at(theirs).err, -ENOENT);
    q_close(&q, heap);
    q_close(&q, fd);
    board_stop(true);
}

/* Without translation: pieces where the physical memory is. */
static void test_lookup_scattered(void)
{
    if (!board_start(QDA_ERRNO_V1, VQ_IOMMU_BYPASS, NULL))
        return;
    int fd = open_cdsp(), heap = q_heap(&q, "/dev/dma_heap/system", 2u << 20);
    uint32_t import;
    CHECK_INT(q_import(&q, fd, heap, &import), 0);
    const struct vq_attachment *attachment = vq_first_attachment(vq_first_dmabuf(board));
    CHECK_INT(attachment->nents, 2);
    uint64_t sid = (uint64_t)attachment->bank->sid << 32;
    struct lookup found = look_at(sid + attachment->sg[1].dma + 100);
    CHECK_INT(found.err, 0);
    CHECK_HEX(found.backed.iova, attachment->sg[1].dma);
    CHECK_INT(found.backed.size, 1u << 20);
    CHECK_INT(found.backed.offset, 1u << 20);
    CHECK_INT(look_at(sid + attachment->sg[0].dma).backed.offset, 0);
    CHECK_INT(qda_gem_close(q.sys, fd, import), 0);
    CHECK_INT(script_unmapped_count, 2);
    q_close(&q, heap);
    q_close(&q, fd);
    board_stop(true);
}

static void look_for_own_message(struct vq_message *message)
{
    struct vq_backed backed;
    CHECK_INT(vq_bank_lookup(message->bank, message->request.addr & 0xffffffffu, &backed), -ENOENT);
}

static void test_message_is_its_calls(void)
{
    if (!board_start(QDA_ERRNO_V1, VQ_IOMMU_TRANSLATED, NULL))
        return;
    int fd = open_cdsp();
    script.run = look_for_own_message;
    CHECK_INT(invoke(fd, 1, NOTHING, NULL), 0);
    CHECK_INT(script_unmapped_count, 0);
    q_close(&q, fd);
    board_stop(true);
}

int main(void)
{
    check_run("two threads and a child wait on one file", test_many_wait);
    check_run("interrupted-call-leaks on: the call's memory stays", test_interrupted);
    check_run("interrupted-call-leaks off: it goes with the answer", test_interrupted_without_quirk);
    check_run("a caller that is killed leaves its call to the DSP", test_caller_killed);
    check_run("without the quirk that goes with the answer", test_caller_killed_without_quirk);
    check_run("a file may go before its call is answered", test_file_goes_first);
    check_run("a file is held by a call that waits on it", test_close_during_call);
    check_run("a node that goes wakes nobody", test_unplugged);
    check_run("message memory ends with its connection, and grows", test_slabs_end);
    check_run("what lies behind an address", test_lookup);
    check_run("what lies behind it without translation", test_lookup_scattered);
    check_run("a message buffer is its own call's", test_message_is_its_calls);
    return check_done();
}
