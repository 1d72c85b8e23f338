/* SPDX-License-Identifier: MIT */
#include "vqda/core/abi.h"

#include "uapi/errnos.h"

const struct vq_abi vq_abi_fastrpc = {
    .generation = QDA_ERRNO_FASTRPC,
    .name = "fastrpc",
    .fastrpc = true,
};
