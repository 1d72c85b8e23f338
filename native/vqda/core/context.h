/* SPDX-License-Identifier: MIT */
#ifndef VQ_CONTEXT_H
#define VQ_CONTEXT_H

#include "vqda/core/call.h"
#include "vqda/core/layout.h"
#include "vqda/dsp/message.h"

/*
 * A call on its way to the DSP: what the kernel calls an invoke context. It is made by an ioctl, holds what the message
 * names until the DSP has answered, and is the caller's to wait for; a caller that goes away leaves it behind.
 */
struct vq_context {
    struct vq_message message;
    struct vq_list link; /* board->calls, board->leaked */
    struct vq_waiter *waiter; /* NULL: nobody waits */
    struct vq_caller who;
    struct vq_object *buffer; /* the message buffer; NULL: none yet */
    struct vq_object **used;  /* buffers that the message names, each referenced */
    size_t used_count;
    uint64_t out_bytes; /* inline bytes that go back where the result is 0 */
    /* The DSP answered 0: brings back what is not inline data. message.file may be NULL. NULL: nothing to bring. */
    void (*done)(struct vq_context *context);
    bool whatever;  /* done() comes whatever the DSP answered, and may change `ret` */
    uint64_t place; /* for `done`: in the message */
    void *kept;     /* for `done`, which may take it over; else freed with the context */
    bool sending;   /* inside vq_dsp_send() */
    bool answered;
    int64_t ret;
    void *arg;   /* the kernel's copy of the ioctl's struct */
    size_t back; /* bytes of it that go back */
};

/* For a call of `name` with at most `buffers` buffers. NULL: no memory. */
struct vq_context *vq_context_new(const struct vq_call *call, enum qda_call name, size_t buffers);
/* Takes a reference to a buffer that the message names. */
void vq_context_use(struct vq_context *context, struct vq_object *object);

/*
 * Makes the message: its buffer in the caller's bank (assigned if need be), room in the caller's slab, and the metadata.
 * 0, or -ENOMEM. From here on the inline arguments are copied to context->message.slab->map + vq_layout_at().
 */
int vq_context_message(const struct vq_call *call, struct vq_context *context, uint32_t handle,
                       const struct vq_layout *layout);

/* Sends it, and the context is gone or somebody else's. The ioctl's result, or VQ_PENDING. */
int64_t vq_context_send(struct vq_call *call, struct vq_context *context);
/* Gives up a context that was not sent. */
void vq_context_free(struct vq_context *context);

/* Does anybody wait for a call on this file? */
bool vq_context_waits(const struct vq_file *file);
/* The board ends: nobody waits any more. */
void vq_context_detach_all(struct vq_board *board);
/* The file closes: its calls are nobody's file's any more. */
void vq_context_file_gone(const struct vq_file *file);
/* The board ends, nothing is on its way: what interrupted calls left behind goes. */
void vq_context_free_leaked(struct vq_board *board);

/* A message buffer for the DSP: an object in the file's bank, which is assigned if need be. 0 or -ENOMEM. */
int vq_context_buffer(struct vq_file *file, const struct vq_caller *who, uint64_t size, struct vq_object **out);

#endif
