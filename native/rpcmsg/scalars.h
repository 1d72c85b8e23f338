/* SPDX-License-Identifier: MIT */
#ifndef QDA_RPCMSG_SCALARS_H
#define QDA_RPCMSG_SCALARS_H

#include <stdint.h>

#define QDA_RPC_VALUE(what, value) _Static_assert((what) == (value), #what)

/*
 * FastRPC constants that travel through the ioctls of every QDA generation. Source: the QDA RFC and v1 postings and
 * drivers/misc/fastrpc.c, which agree.
 */

/* Scalars: [31:29] attr, [28:24] method, [23:16] in-buffers, [15:8] out-buffers, [7:4] in-handles, [3:0] out-handles. */
#define QDA_SCALARS_BUILD(attr, method, in, out, in_handles, out_handles)                                             \
    ((((uint32_t)(attr)&0x7u) << 29) | (((uint32_t)(method)&0x1fu) << 24) | (((uint32_t)(in)&0xffu) << 16) |          \
     (((uint32_t)(out)&0xffu) << 8) | (((uint32_t)(in_handles)&0xfu) << 4) | ((uint32_t)(out_handles)&0xfu))
#define QDA_SCALARS_METHOD(sc) (((uint32_t)(sc) >> 24) & 0x1fu)
#define QDA_SCALARS_IN(sc) (((uint32_t)(sc) >> 16) & 0xffu)
#define QDA_SCALARS_OUT(sc) (((uint32_t)(sc) >> 8) & 0xffu)
#define QDA_SCALARS_IN_HANDLES(sc) (((uint32_t)(sc) >> 4) & 0xfu)
#define QDA_SCALARS_OUT_HANDLES(sc) ((uint32_t)(sc)&0xfu)
#define QDA_SCALARS_LENGTH(sc)                                                                                        \
    (QDA_SCALARS_IN(sc) + QDA_SCALARS_OUT(sc) + QDA_SCALARS_IN_HANDLES(sc) + QDA_SCALARS_OUT_HANDLES(sc))
#define QDA_SCALARS_MAX (255u + 255u + 15u + 15u)
QDA_RPC_VALUE(QDA_SCALARS_LENGTH(0xffffffffu), QDA_SCALARS_MAX);

/* Remote handles. Up to 20 they are static, above they come from a remote open. */
#define QDA_HANDLE_INIT 1u
#define QDA_HANDLE_DSP_UTILITIES 2u
#define QDA_HANDLE_REMOTECTL 0u   /* open 0, close 1 */
#define QDA_HANDLE_LISTENER 3u    /* init2 3, next2 4, get_in_bufs2 5 */
#define QDA_HANDLE_PROCESS 4u     /* adsp_current_process1: exit 2, thread_exit 3, getASID 5 */
#define QDA_HANDLE_LISTENER1 7u   /* newer firmware: init2 5, next2 6 */
#define QDA_HANDLE_REMOTECTL1 8u  /* newer firmware: open 2, close 3 */
#define QDA_HANDLE_STATIC_MAX 20u

/* Methods of QDA_HANDLE_INIT. */
#define QDA_METHOD_INIT_ATTACH 0u
#define QDA_METHOD_INIT_RELEASE 1u
#define QDA_METHOD_INIT_MMAP 4u
#define QDA_METHOD_INIT_MUNMAP 5u
#define QDA_METHOD_INIT_CREATE 6u
#define QDA_METHOD_INIT_CREATE_ATTR 7u /* where the process attributes are not 0 */
#define QDA_METHOD_INIT_CREATE_STATIC 8u
#define QDA_METHOD_INIT_MEM_MAP 10u
#define QDA_METHOD_INIT_MEM_UNMAP 11u
QDA_RPC_VALUE(QDA_SCALARS_BUILD(0, QDA_METHOD_INIT_RELEASE, 1, 0, 0, 0), 0x01010000u);
QDA_RPC_VALUE(QDA_SCALARS_BUILD(0, QDA_METHOD_INIT_MMAP, 2, 1, 0, 0), 0x04020100u);
QDA_RPC_VALUE(QDA_SCALARS_BUILD(0, QDA_METHOD_INIT_MUNMAP, 1, 0, 0, 0), 0x05010000u);
QDA_RPC_VALUE(QDA_SCALARS_BUILD(0, QDA_METHOD_INIT_CREATE, 4, 0, 0, 0), 0x06040000u);
QDA_RPC_VALUE(QDA_SCALARS_BUILD(0, QDA_METHOD_INIT_CREATE_ATTR, 4, 0, 0, 0), 0x07040000u);
QDA_RPC_VALUE(QDA_SCALARS_BUILD(0, QDA_METHOD_INIT_MEM_MAP, 3, 1, 0, 0), 0x0a030100u);
QDA_RPC_VALUE(QDA_SCALARS_BUILD(0, QDA_METHOD_INIT_MEM_UNMAP, 1, 0, 0, 0), 0x0b010000u);

/* Protection domains. */
#define QDA_PD_ROOT 0u
#define QDA_PD_USER 1u
#define QDA_PD_SENSORS 2u

/* Process attributes (`attrs` of session create). */
#define QDA_PROC_DEBUG (1u << 0)
#define QDA_PROC_PTRACE (1u << 1)
#define QDA_PROC_CRC (1u << 2)
#define QDA_PROC_UNSIGNED_MODULE (1u << 3)
#define QDA_PROC_ADAPTIVE_QOS (1u << 4)
#define QDA_PROC_SYSTEM (1u << 5)
#define QDA_PROC_PRIVILEGED (1u << 6)

/* Map flags (`flags` of map), enum fastrpc_map_flags. */
#define QDA_MAP_STATIC 0u
#define QDA_MAP_RESERVED 1u
#define QDA_MAP_FD 2u
#define QDA_MAP_FD_DELAYED 3u
#define QDA_MAP_FD_NOMAP 16u

#endif
