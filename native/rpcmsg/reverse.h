/* SPDX-License-Identifier: MIT */
#ifndef QDA_RPCMSG_REVERSE_H
#define QDA_RPCMSG_REVERSE_H

#include "rpcmsg/scalars.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Reverse calls: a thread of the CPU's process asks the DSP for work on the listener's handle. Freestanding.
 *   next2, sc 0x04020200 on handle 3 (method 4), method 6 on handle 7:
 *     in[0]  struct qda_reverse_done   how the call before went (context 0: there was none)
 *     in[1]  its packed outputs
 *     out[0] struct qda_reverse_call   the next call
 *     out[1] its packed inputs, as far as they fit; `needed` says how many bytes there are
 * Source: user-space sources of qualcomm/fastrpc, and tinygrad's small client, which runs on an SDM845.
 */
struct qda_reverse_done {
    uint32_t context;
    int32_t result;
    uint32_t out_len; /* bytes in in[1] */
    uint32_t room;    /* bytes in out[1] */
};
struct qda_reverse_call {
    uint32_t context;
    uint32_t handle;
    uint32_t sc;
    uint32_t needed;
};
#define QDA_REVERSE_ROOM 65536u /* what our listener offers */

/* Served handles: 0 is apps_remotectl; what it opens gets handles from 1. */
#define QDA_APPS_REMOTECTL 0u
#define QDA_APPS_REMOTECTL_OPEN 0u  /* as remotectl: in {name_len, dlerror_cap}, name; out {handle, nErr}, text */
#define QDA_APPS_REMOTECTL_CLOSE 1u /* in {handle, dlerror_cap}; out {nErr}, text */

/* apps_std; methods from 31 on travel as 31 with the real number in the first word of in[0]. */
#define QDA_APPS_STD_FOPEN 0u
#define QDA_APPS_STD_FCLOSE 3u
#define QDA_APPS_STD_FREAD 4u /* in {fd, room}; out {got, at_end}, bytes */
#define QDA_APPS_STD_FSEEK 9u /* in {fd, offset, whence} */
#define QDA_APPS_STD_FLEN 10u /* in {fd}; out u64 */
#define QDA_APPS_STD_GETENV 16u
#define QDA_APPS_STD_FOPEN_WITH_ENV 19u /* in {lengths of the four}, variable, delimiter, name, mode; out {fd} */
#define QDA_APPS_STD_STAT 31u           /* sc 0x1f020100: in {31, name_len, ...}, name; out struct stat */

/* apps_mem: how the DSP's heap grows. */
#define QDA_APPS_MEM_MAP64 2u   /* in struct qda_apps_mem_map; out {u64 vapps, u64 vadsp} */
#define QDA_APPS_MEM_UNMAP64 3u /* in {u64 vadsp, u64 len} */
struct qda_apps_mem_map {
    uint32_t heap;
    uint32_t lflags;
    uint32_t rflags;
    uint32_t pad;
    uint64_t vin;
    uint64_t len;
};

/* adspmsgd_apps: lines of the DSP's log. Method 0 here: in {len}, bytes. Which number a firmware uses was not verified. */
#define QDA_ADSPMSGD_LOG 0u

#define QDA_MSGD_URI "adspmsgd_apps"
#define QDA_APPS_STD_URI "apps_std"
#define QDA_APPS_MEM_URI "apps_mem"

/*
 * Packing. Inputs: for each in buffer a u32 length, then the payload at the next multiple of 8; then for each out buffer the
 * u32 length that is wanted. Outputs: for each out buffer a u32 length, then the payload at the next multiple of 8.
 */
struct qda_pack {
    uint8_t *at; /* 8-byte aligned */
    size_t room;
    size_t len;  /* bytes that are needed so far, also past `room` */
};
struct qda_part {
    void *data;
    uint32_t len;
};
/* Appends a length and its payload (data NULL: zeros). False: it did not fit; `len` goes on counting. */
bool qda_pack_buffer(struct qda_pack *pack, const void *data, uint32_t len);
/* Appends only a length. */
bool qda_pack_length(struct qda_pack *pack, uint32_t len);

/*
 * Reads packed inputs of `sc` into parts[0 .. in + out): in parts point into `at`, out parts have only their length. 0, or
 * -1 where they do not fit in `len` or there are more than `max`.
 */
int qda_unpack_inputs(uint32_t sc, uint8_t *at, size_t len, struct qda_part *parts, size_t max);
/* Reads packed outputs into parts, each of which has room for its len; 0, or -1 where a length differs or they end early. */
int qda_unpack_outputs(uint32_t sc, const uint8_t *at, size_t len, const struct qda_part *outs);

#endif
