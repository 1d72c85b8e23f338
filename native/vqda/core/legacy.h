/* SPDX-License-Identifier: MIT */
#ifndef VQ_LEGACY_H
#define VQ_LEGACY_H

#include "vqda/core/context.h"

#include "uapi/qda_v1.h"

/*
 * FastRPC as drivers/misc/fastrpc.c has it: one or two misc nodes a DSP, a session taken at open, buffers that are
 * dma-bufs only. Messages are built as for QDA (context.h, layout.h): INVOKE and INIT_CREATE have v1's structs.
 */

/* ---- legacy.c: nodes and files */
struct vq_legacy_dsp {
    bool open_node;              /* has a node for unsigned processes beside the secure one */
    unsigned last_bank_sessions; /* qcom,nsessions of its last bank: so many sessions share that */
};
/* Paths of a node; the name of a bank's device. */
void vq_legacy_name_node(struct vq_node *node, const struct vq_legacy_dsp *dsp);
void vq_legacy_name_bank(struct vq_bank *bank);
void vq_legacy_make_slots(struct vq_node *node, const struct vq_legacy_dsp *dsp);

/* What a file has that QDA's have not. */
struct vq_legacy {
    bool secure;
    size_t slot;
    struct vq_list maps;   /* struct vq_legacy_map: dma-bufs that stay attached */
    struct vq_list memory; /* struct vq_legacy_memory */
};
/* Takes a session and its bank. 0, -EBUSY, -ENOMEM. */
int vq_legacy_open(struct vq_file *file);
/* The DSP knows of the close: maps and memory go, the session is free. Does nothing for a file of QDA. */
void vq_legacy_close(struct vq_file *file);
/* What calls end with when the DSP went. */
int vq_legacy_gone(const struct vq_node *node);

/* ---- legacy_maps.c: dma-bufs in the session's bank */

/* One that stays attached: found by (fd, dma-buf), kept by whoever counts in `refs`. */
struct vq_legacy_map {
    struct vq_list link;
    int32_t fd; /* as the caller named it */
    struct vq_object *object;
    uint64_t len;   /* of the call that made it */
    uint64_t vaddr; /* DSP address that MEM_MAP gave; 0: none */
    unsigned refs;
};
/* A buffer as a call names it. */
struct vq_legacy_want {
    int32_t fd;
    int descriptor; /* what travelled; -1: nothing */
    uint64_t len;
};
/* The object of a map that stands, or one attached now (with a reference for the caller). 0; -EBADF, -EINVAL, ... */
int vq_legacy_attach(struct vq_call *call, const struct vq_legacy_want *want, struct vq_object **out);
/* The same, and the map stands until vq_legacy_drop(). */
int vq_legacy_keep(struct vq_call *call, const struct vq_legacy_want *want, struct vq_legacy_map **out);
struct vq_legacy_map *vq_legacy_find(const struct vq_file *file, int32_t fd, const struct vq_object *object);
void vq_legacy_drop(struct vq_file *file, struct vq_legacy_map *map);

/* An argument of INVOKE: handles stay attached, buffers for the call. -EINVAL, whatever went wrong. */
int vq_legacy_argument(struct vq_call *call, const struct qda_v1_fastrpc_invoke_args *arg, int descriptor, bool handle,
                       struct vq_object **out);
/* When the answer comes, what the DSP puts in the message's fd list is let go of. */
void vq_legacy_take_fdlist(struct vq_context *context);

/* Memory that MMAP made for the DSP process. */
struct vq_legacy_memory {
    struct vq_list link;
    struct vq_object *object;
    uint64_t vaddr, size; /* size as asked for */
};

/* ---- legacy_calls.c, legacy_mapping.c: the ioctls, found by the whole number */
const struct vq_command *vq_legacy_command(uint32_t request);
int64_t vq_legacy_mmap(struct vq_call *call);
int64_t vq_legacy_munmap(struct vq_call *call);
int64_t vq_legacy_mem_map(struct vq_call *call);
int64_t vq_legacy_mem_unmap(struct vq_call *call);

/* A message of the kernel itself: on handle 1 or 2, for session 0. As vq_context_message(). */
int vq_legacy_message(struct vq_call *call, struct vq_context *context, uint32_t handle, const struct vq_layout *layout);

#endif
