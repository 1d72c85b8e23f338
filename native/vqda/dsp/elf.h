/* SPDX-License-Identifier: MIT */
#ifndef VQ_DSP_ELF_H
#define VQ_DSP_ELF_H

#include <stddef.h>

/* What a file that was passed in SESSION_CREATE is; pure. */
enum vq_elf {
    VQ_ELF_RUNS,     /* a static Hexagon program */
    VQ_ELF_FOREIGN,  /* no ELF for Hexagon, or one that ends early */
    VQ_ELF_DYNAMIC,  /* for Hexagon, but wants a loader */
    VQ_ELF_QUALCOMM, /* for Hexagon and Qualcomm's QuRT: dynamic or signed, and QuRT's symbols are named in it */
};
enum vq_elf vq_elf_check(const void *file, size_t len);

#endif
