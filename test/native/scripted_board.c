/* SPDX-License-Identifier: MIT */
#include "scripted_board.h"

#include "check.h"
#include "vqda/client/client.h"
#include "vqda/core/context.h"
#include "vqda/core/create.h"
#include "vqda/core/handle.h"
#include "vqda/loop.h"
#include "vqda/procfs/files.h"
#include "vqda/quirks/quirks.h"
#include "vqda/server.h"

#include <errno.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#define HUNG_S 60

struct script script;
struct script_seen script_seen[SCRIPT_MESSAGES];
size_t script_count;
unsigned script_slabs_gone, script_nodes_gone;
struct script_range script_unmapped[256];
size_t script_unmapped_count;
struct calls q;
struct vq_board *board;

static struct vq_server *server;
static pthread_t thread;
static int door; /* eventfd: a command is there */
static struct vq_watch *door_watch;
static sem_t told, came;
static void (*command)(void *arg);
static void *command_arg;

/* ---- the DSP */

static void *copy(const void *from, size_t len)
{
    void *to = malloc(len + 1);
    if (to && len > 0)
        memcpy(to, from, len);
    return to;
}

static struct script_seen *note(struct vq_message *message)
{
    struct script_seen *seen = &script_seen[script_count % SCRIPT_MESSAGES];
    uint64_t len = message->request.size;
    uint64_t there = message->slab->size - message->slab_offset;
    free(seen->payload);
    free((void *)(uintptr_t)seen->elf);
    *seen = (struct script_seen){
        .call = message->call,
        .request = message->request,
        .session = message->session,
        .has_file = message->file != NULL,
        .sid = message->bank->sid,
        .payload = copy(message->slab->map + message->slab_offset, len < there ? len : there),
        .elf = copy(message->elf, message->elf_len),
        .elf_len = message->elf_len,
        .attrs = message->attrs,
        .memory_iova = message->memory_iova,
        .memory_size = message->memory_size,
        .message = message,
    };
    script_count++;
    return seen;
}

int vq_dsp_send(struct vq_message *message)
{
    bool release = message->call == QDA_CALL_ANY;
    if (script.refuse && !release)
        return script.refuse;
    struct script_seen *seen = note(message);
    if (script.run && !release)
        script.run(message);
    if (release || !script.hold) {
        seen->message = NULL;
        message->done(message, release ? 0 : script.answer);
    }
    sem_post(&came);
    return 0;
}

void vq_dsp_unmapped(struct vq_bank *bank, uint64_t iova, uint64_t size)
{
    (void)bank;
    script_unmapped[script_unmapped_count++ % 256] = (struct script_range){ iova, size };
}

void vq_dsp_slab_gone(struct vq_board *of, const struct vq_slab *slab)
{
    (void)of;
    (void)slab;
    script_slabs_gone++;
}

void vq_dsp_session_gone(struct vq_node *node, int32_t session)
{
    (void)node, (void)session;
}

void vq_dsp_node_gone(struct vq_node *node)
{
    (void)node;
    script_nodes_gone++;
}

void vq_dsp_finish(struct vq_board *of)
{
    (void)of;
    for (size_t i = 0; i < SCRIPT_MESSAGES; i++) {
        struct vq_message *message = script_seen[i].message;
        script_seen[i].message = NULL;
        if (message)
            message->done(message, -ENODEV);
    }
}

/* ---- the board's thread */

static void on_door(struct vq_board *of, void *arg, uint32_t events)
{
    uint64_t count;
    (void)of, (void)arg, (void)events;
    if (read(door, &count, sizeof(count)) != sizeof(count))
        return;
    command(command_arg);
    sem_post(&told);
}

void on_board(void (*fn)(void *arg), void *arg)
{
    uint64_t one = 1;
    command = fn;
    command_arg = arg;
    CHECK_INT(write(door, &one, sizeof(one)), sizeof(one));
    sem_wait(&told);
}

static void *run_loop(void *arg)
{
    (void)arg;
    CHECK_INT(vq_loop_run(board), 0);
    return NULL;
}

static bool serve(void)
{
    static const struct vq_texts texts = { vq_files_request, vq_files_client_gone };
    sem_init(&told, 0, 0);
    sem_init(&came, 0, 0);
    door = eventfd(0, EFD_CLOEXEC);
    return CHECK_INT(vq_loop_init(board), 0) && CHECK_INT(vq_files_init(board), 0) &&
           CHECK_INT(vq_server_start(board, &texts, &server), 0) &&
           CHECK((door_watch = vq_watch_fd(board, door, EPOLLIN, on_door, NULL)) != NULL) &&
           CHECK_INT(pthread_create(&thread, NULL, run_loop, NULL), 0);
}

bool board_start(unsigned generation, enum vq_iommu iommu, const char *quirk)
{
    char name[48], path[96];
    int err = 0;
    snprintf(name, sizeof(name), "scripted-%d", (int)getpid());
    snprintf(path, sizeof(path), "qda-lab/%u/%s/vqda", (unsigned)getuid(), name);
    struct vq_options options = { .name = name, .generation = generation, .iommu = iommu };
    script = (struct script){ 0 };
    script_count = script_unmapped_count = 0;
    script_slabs_gone = script_nodes_gone = 0;
    if (!CHECK_INT(vq_board_new(&options, &board), 0))
        return false;
    CHECK_INT(vq_quirk_set(board, "mmap-pins-object=off"), 0);
    if (quirk)
        CHECK_INT(vq_quirk_set(board, quirk), 0);
    if (!serve())
        return false;
    q.sys = vq_client_open(path, &err);
    q.driver = qda_driver_for((enum qda_generation)generation); /* the values are the same */
    return CHECK(q.sys != NULL);
}

static void stop_loop(void *arg)
{
    vq_loop_stop(arg);
}

static void forget_messages(void)
{
    for (size_t i = 0; i < SCRIPT_MESSAGES; i++) {
        free(script_seen[i].payload);
        free((void *)(uintptr_t)script_seen[i].elf);
        script_seen[i] = (struct script_seen){ 0 };
    }
}

void board_stop(bool empty)
{
    if (empty)
        CHECK(board_settles_at(0));
    vq_client_close(q.sys);
    on_board(stop_loop, board);
    pthread_join(thread, NULL);
    vq_server_stop(server);
    vq_files_free(board);
    vq_unwatch_fd(board, door_watch);
    vq_loop_free(board);
    vq_board_free(board);
    close(door);
    forget_messages();
}

static void count_objects(void *arg)
{
    *(uint64_t *)arg = board->object_count;
}

uint64_t board_objects(void)
{
    uint64_t count = 0;
    on_board(count_objects, &count);
    return count;
}

bool board_settles_at(uint64_t objects)
{
    for (int i = 0; i < HUNG_S * 100 && board_objects() != objects; i++)
        usleep(10000);
    return CHECK_INT(board_objects(), objects);
}

struct script_seen *script_wait(size_t count)
{
    struct timespec until;
    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_sec += HUNG_S;
    while (script_count < count) {
        if (!CHECK(sem_timedwait(&came, &until) == 0 || errno == EINTR))
            return NULL;
    }
    return &script_seen[(count - 1) % SCRIPT_MESSAGES];
}

struct answer {
    size_t index;
    int64_t ret;
};

static void answer_now(void *arg)
{
    const struct answer *answer = arg;
    struct vq_message *message = script_seen[answer->index].message;
    script_seen[answer->index].message = NULL;
    if (CHECK(message != NULL))
        message->done(message, answer->ret);
}

void script_answer(size_t index, int64_t ret)
{
    struct answer answer = { index, ret };
    on_board(answer_now, &answer);
}

/* ---- calls */

int open_cdsp(void)
{
    int fd = q_open(&q, "/dev/accel/accel0");
    CHECK(fd >= 0);
    return fd;
}

long invoke(int fd, uint32_t handle, uint32_t sc, const struct qda_v1_fastrpc_invoke_args *args)
{
    struct qda_v1_invoke_args arg = { .handle = handle, .sc = sc, .args = (uintptr_t)args };
    return q_ioctl(&q, fd, QDA_V1_IOCTL_REMOTE_INVOKE, &arg);
}

bool buffer_make(int fd, uint64_t size, struct buffer *out)
{
    int err;
    *out = (struct buffer){ .dmabuf = -1, .size = size };
    if (!CHECK_INT(q_create(&q, fd, size, &out->handle), 0) || !CHECK_INT(q_offset(&q, fd, out->handle, &out->offset), 0))
        return false;
    out->map = q_map(&q, fd, size, out->offset, &err);
    out->dmabuf = q_export(&q, fd, out->handle);
    out->field = q.driver->handles_are_refs ? (int)out->handle : out->dmabuf;
    return CHECK(out->map != NULL) && CHECK(out->dmabuf > 0);
}

void buffer_drop(int fd, struct buffer *buffer)
{
    CHECK_INT(q.sys->ops->munmap(q.sys, buffer->map, buffer->size), 0);
    q_close(&q, buffer->dmabuf);
    CHECK_INT(qda_gem_close(q.sys, fd, buffer->handle), 0);
}

static void find_dma(void *arg)
{
    uint64_t *value = arg;
    const struct vq_file *last = NULL;
    for (const struct vq_file *file = vq_first_file(board); file; file = vq_next_file(board, file))
        last = file->kind == VQ_FILE_ACCEL ? file : last;
    const struct vq_object *object = last ? vq_handle_lookup(last, (uint32_t)*value) : NULL;
    *value = object ? object->dma : 0;
}

uint64_t dma_of(uint32_t handle)
{
    uint64_t value = handle;
    on_board(find_dma, &value);
    CHECK(value != 0);
    return value;
}
