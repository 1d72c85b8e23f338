/* SPDX-License-Identifier: MIT */
#ifndef VQ_REMOTE_H
#define VQ_REMOTE_H

#include "vqda/core/board.h"
#include "vqda/dsp/dsp.h"

/* A message buffer for the DSP: an object in the file's bank, which is assigned if need be. 0 or -ENOMEM. */
int vq_remote_message(struct vq_file *file, const struct vq_caller *who, uint64_t size, struct vq_object **out);

#endif
