/* SPDX-License-Identifier: MIT */
#ifndef QDA_TEST_DSP_SKEL_H
#define QDA_TEST_DSP_SKEL_H

#include "rpcmsg/message.h"

#include <stddef.h>
#include <stdint.h>

/*
 * Skels that are not qbench: badly behaved ones, and one that behaves. One file is one library, lib<name>_skel.so, whose entry is
 * <name>_skel_handle_invoke. Methods 0 and 1 open and close; the others stand at the top of each file.
 */
union arg {
    struct {
        void *at;
        uint32_t len;
    } buf;
    uint64_t h64;
};

#define SKEL_ENTRY(name)                                                                                              \
    int name##_skel_handle_invoke(uint64_t h, uint32_t sc, union arg *args);                                          \
    __attribute__((visibility("default"))) int name##_skel_handle_invoke(uint64_t h, uint32_t sc, union arg *args)

/* Opens and closes; false: the method is the skel's own. */
static inline int open_or_close(uint32_t sc, union arg *args)
{
    if (sc == QDA_SCALARS_BUILD(0, 0, 2, 0, 0, 1))
        args[2].h64 = 1;
    return sc == QDA_SCALARS_BUILD(0, 0, 2, 0, 0, 1) || sc == QDA_SCALARS_BUILD(0, 1, 0, 0, 1, 0);
}

#define EBADPARM ((int)(QDA_AEE_REMOTE + QDA_AEE_EBADPARM))
#define EUNSUPPORTED ((int)(QDA_AEE_REMOTE + QDA_AEE_EUNSUPPORTED))

#endif
