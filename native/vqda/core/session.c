/* SPDX-License-Identifier: MIT */
#include "vqda/core/remote.h"

#include "uapi/qda_v1.h"
#include "vqda/core/backing.h"
#include "vqda/core/bank.h"
#include "vqda/core/object.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

/* SESSION_CREATE and the RFC's INIT_ATTACH. */

int64_t vq_session_attach(struct vq_call *call)
{
    struct vq_layout_arg in = vq_remote_inline(sizeof(call->file->session));
    struct vq_layout layout = { .sc = QDA_SCALARS_BUILD(0, QDA_METHOD_INIT_ATTACH, 1, 0, 0, 0), .args = &in };
    struct vq_context *context = vq_context_new(call, QDA_CALL_INIT_ATTACH, 0);
    if (!context)
        return -ENOMEM;
    int err = vq_context_message(call, context, QDA_HANDLE_INIT, &layout);
    if (err) {
        vq_context_free(context);
        return err;
    }
    memcpy(context->message.slab->map + vq_layout_at(&layout, 0), &call->file->session, in.len);
    return vq_context_send(call, context);
}

/* The ELF where a buffer names it, mapped while the message is sent. */
struct elf {
    struct vq_object *buffer; /* NULL: it lies in the message */
    uint64_t offset;          /* of its page in the buffer */
    uint64_t memory;          /* bytes of process memory that it gets */
    void *map;
    size_t len;
};

static struct vq_backing *backing_of(struct vq_object *buffer)
{
    if (buffer->attachment)
        return buffer->attachment->dmabuf->backing;
    return vq_object_back(buffer) == 0 ? buffer->backing : NULL;
}

/* Shows the message the bytes; what lies beyond the buffer's end does not exist, as for the DSP. */
static void map_elf(struct elf *elf, struct vq_message *message, const struct qda_v1_init_create *arg)
{
    const struct vq_backing *backing = backing_of(elf->buffer);
    uint64_t skip = arg->file % VQ_PAGE;
    if (!backing || elf->offset > backing->size || backing->size - elf->offset <= skip)
        return;
    uint64_t there = backing->size - elf->offset;
    elf->len = skip + arg->filelen < there ? skip + arg->filelen : there;
    void *map = mmap(NULL, elf->len, PROT_READ, MAP_SHARED, backing->fd, (off_t)elf->offset);
    if (map == MAP_FAILED)
        return;
    elf->map = map;
    message->elf = (const char *)map + skip;
    message->elf_len = (uint32_t)(elf->len - skip);
}

/* current->comm, with NUL. */
static uint32_t read_comm(const struct vq_caller *who, char comm[VQ_COMM_LEN])
{
    char path[64];
    snprintf(path, sizeof(path), "/proc/%d/task/%d/comm", who->pid, who->tid);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t got = fd >= 0 ? read(fd, comm, VQ_COMM_LEN) : 0;
    if (fd >= 0)
        close(fd);
    comm[got > 0 ? got - 1 : 0] = '\0'; /* its line feed */
    return (uint32_t)strlen(comm) + 1;
}

static struct vq_object *memory_of(const struct vq_context *context)
{
    return context->used[0];
}

/* The process runs: its memory is the file's. */
static void keep_memory(struct vq_context *context)
{
    struct vq_file *file = context->message.file;
    if (!file)
        return;
    struct vq_object *before = file->init_memory;
    file->init_memory = memory_of(context);
    vq_object_get(file->init_memory);
    if (before)
        vq_object_put(before, &context->who);
}

/* The process memory, of which a file has one: that of an earlier create goes first. */
static int take_memory(struct vq_call *call, struct vq_context *context, uint64_t size)
{
    struct vq_file *file = call->file;
    struct vq_object *memory;
    if (file->init_memory)
        vq_object_put(file->init_memory, &call->who);
    file->init_memory = NULL;
    struct vq_bank *bank = vq_bank_assign(file);
    if (!bank || vq_object_new(bank, &call->who, size, &memory) != 0)
        return -ENOMEM;
    vq_context_use(context, memory);
    vq_object_put(memory, &call->who);
    context->message.memory_iova = memory->iova;
    context->message.memory_size = memory->size;
    context->done = keep_memory;
    return 0;
}

_Static_assert((40 * 4 + 384 + 127) / 128 * 128 + 128 == 768 && VQ_FILE_AT == 768 + 128,
               "the ELF is the third argument, after a head and a name of at most 16 bytes");

static int create_message(struct vq_call *call, struct vq_context *context, const struct elf *elf)
{
    const struct qda_v1_init_create *arg = call->arg;
    char comm[VQ_COMM_LEN];
    struct qda_rpc_create head = {
        .session = call->file->session, .name_len = read_comm(&call->who, comm), .file_len = arg->filelen, .pages = 1,
        .attrs = arg->attrs, .sig_len = arg->siglen,
    };
    struct qda_rpc_page page = { memory_of(context)->dma, memory_of(context)->size };
    struct vq_layout_arg args[4] = { vq_remote_inline(sizeof(head)), vq_remote_inline(head.name_len),
                                      { .pv = arg->file, .len = arg->filelen, .fd = arg->filefd },
                                      vq_remote_inline(sizeof(page)) };
    if (elf->buffer) {
        args[2].mapped = true;
        args[2].dma = elf->buffer->dma;
        args[2].size = elf->buffer->size;
        args[2].offset = elf->offset;
    }
    uint32_t method = arg->attrs ? QDA_METHOD_INIT_CREATE_ATTR : QDA_METHOD_INIT_CREATE;
    struct vq_layout layout = { .sc = QDA_SCALARS_BUILD(0, method, 4, 0, 0, 0), .args = args };
    int err = vq_context_message(call, context, QDA_HANDLE_INIT, &layout);
    if (err)
        return err;
    uint8_t *to = context->message.slab->map;
    memcpy(to + vq_layout_at(&layout, 0), &head, sizeof(head));
    memcpy(to + vq_layout_at(&layout, 1), comm, head.name_len);
    memcpy(to + vq_layout_at(&layout, 3), &page, sizeof(page));
    return 0;
}

/* The caller's own bytes are in the message already, where they could be read. */
static int take_inline(struct vq_call *call, struct vq_message *message, const struct vq_arg_state *state)
{
    const struct qda_v1_init_create *arg = call->arg;
    if (arg->filelen > 0 && (state->bits & VQ_ARG_MEMORY) == 0)
        return -EFAULT;
    message->elf = message->slab->map + VQ_FILE_AT;
    message->elf_len = arg->filelen;
    call->board->copied += arg->filelen;
    return 0;
}

static int prepare(struct vq_call *call, struct vq_context *context, struct elf *elf)
{
    const struct qda_v1_init_create *arg = call->arg;
    struct vq_arg_state state = { 0 };
    if (call->extra_len >= sizeof(state))
        memcpy(&state, call->extra, sizeof(state));
    int err = take_memory(call, context, elf->memory);
    if (err)
        return err;
    elf->offset = state.offset & ~(VQ_PAGE - 1);
    err = create_message(call, context, elf);
    if (err)
        return err;
    context->message.attrs = arg->attrs;
    if (!elf->buffer)
        return take_inline(call, &context->message, &state);
    map_elf(elf, &context->message, arg);
    return 0;
}

static int64_t create(struct vq_call *call, struct elf *elf)
{
    struct vq_context *context = vq_context_new(call, QDA_CALL_SESSION_CREATE, 2);
    if (!context)
        return -ENOMEM;
    int64_t result = prepare(call, context, elf);
    if (result == 0 && elf->buffer)
        vq_context_use(context, elf->buffer);
    if (result == 0)
        result = vq_context_send(call, context);
    else
        vq_context_free(context);
    if (elf->map)
        munmap(elf->map, elf->len);
    return result;
}

int64_t vq_session_create(struct vq_call *call)
{
    const struct qda_v1_init_create *arg = call->arg;
    unsigned generation = call->board->generation;
    struct elf elf = { .memory = QDA_V1_FILELEN_MAX };
    if (arg->filelen > QDA_V1_FILELEN_MAX)
        return qda_errno(generation, QDA_CALL_SESSION_CREATE, QDA_COND_FILE_TOO_LONG);
    bool by_buffer = arg->filelen > 0 && arg->filefd > 0;
    if (by_buffer && vq_remote_buffer(call, arg->filefd, call->fd_count > 0 ? call->fds[0] : -1, &elf.buffer) != 0)
        return qda_errno(generation, QDA_CALL_SESSION_CREATE, QDA_COND_FILE_BUFFER_BAD);
    int64_t result = create(call, &elf);
    if (elf.buffer)
        vq_object_put(elf.buffer, &call->who);
    return result;
}

int64_t vq_session_create_of(struct vq_call *call, struct vq_object *buffer, uint64_t memory)
{
    struct elf elf = { .buffer = buffer, .memory = memory };
    return create(call, &elf);
}
