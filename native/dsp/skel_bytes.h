/* SPDX-License-Identifier: MIT */
#ifndef QDA_DSP_SKEL_BYTES_H
#define QDA_DSP_SKEL_BYTES_H

#include <stddef.h>

/* libqbench_skel.so as it was built with this program: what the agent serves to the DSP's loader. */
extern const unsigned char qda_qbench_skel[];
extern const size_t qda_qbench_skel_len;

#endif
