/* SPDX-License-Identifier: MIT */
#ifndef QDA_SHELL_CALL_H
#define QDA_SHELL_CALL_H

#include "rpcmsg/port.h"

#include <stdbool.h>
#include <stddef.h>

/* remote_arg as a skel sees it (32 bits). */
union skel_arg {
    struct {
        void *pv;
        uint32_t len;
    } buf;
    struct {
        int32_t fd;
        uint32_t offset;
    } dma;
    uint32_t h;
    uint64_t h64;
};
_Static_assert(sizeof(union skel_arg) == 8, "skel_arg");

/* What a handle argument stands for. */
struct call_handle {
    int32_t fd;
    uint32_t iova;
    uint32_t len;
};

/* A call while it runs. */
struct call {
    const struct qda_rpc_request *request;
    uint8_t *message; /* request->size bytes, the CPU's buffer itself */
    uint32_t ins, outs, in_handles, total;
    union skel_arg args[QDA_SCALARS_MAX];
    struct call_handle handles[30];
    uint32_t handle_count;
    uint16_t ranges[QDA_SCALARS_MAX]; /* mapped for this call */
    uint32_t range_count;
    struct call *next, **link; /* among the calls that run and have handles */
};

/* What dispatch gives where the answer comes later. */
#define CALL_LATER 0x7fffffff

/* Gives back what call_begin (begin.h) took. */
void call_give_back(struct call *call);
static inline void call_end(struct call *call)
{
    if ((call->range_count != 0) | (call->link != NULL))
        call_give_back(call);
}
/* An in or out buffer of at least `len` bytes; NULL: there is none such. */
void *call_in(const struct call *call, uint32_t i, uint32_t len);
void *call_out(const struct call *call, uint32_t i, uint32_t len);
static inline uint32_t call_out_len(const struct call *call, uint32_t i)
{
    return call->args[call->ins + i].buf.len;
}
/* The buffer of a descriptor among the calls that run. False: no such descriptor. */
bool call_find_handle(int32_t fd, struct call_handle *out);

/* One of the static handles each. */
int32_t on_init(struct call *call);                        /* 1 */
int32_t on_process(struct call *call);                     /* 4 */
int32_t on_listener(struct call *call, uint32_t first);    /* 3, 7: `first` is the number of init2 */
int32_t on_remotectl(struct call *call, uint32_t first);   /* 0, 8: the number of open */
int32_t on_module(struct call *call);                      /* above 20 */
int32_t dispatch_static(struct call *call);
/* Does it: 0, an AEE code of the method, or CALL_LATER. */
static inline int32_t dispatch(struct call *call)
{
    return call->request->handle > QDA_HANDLE_STATIC_MAX ? on_module(call) : dispatch_static(call);
}

/* How an error of the user's process on the DSP arrives at the CPU. */
static inline int32_t remote_error(int32_t code)
{
    return (uint32_t)code - 1 < 0x3ff ? (int32_t)(QDA_AEE_REMOTE + (uint32_t)code) : code;
}

#endif
