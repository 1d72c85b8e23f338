/* SPDX-License-Identifier: MIT */
#include "vqda/core/abi.h"

#include <assert.h>
#include <stddef.h>

const struct vq_abi *vq_abi_of(unsigned generation)
{
    static const struct vq_abi *const all[] = { &vq_abi_v1, &vq_abi_rfc, &vq_abi_fastrpc };
    for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
        if (all[i]->generation == generation)
            return all[i];
    }
    assert(!"a board has a generation");
    return NULL;
}
