/* SPDX-License-Identifier: MIT */
#ifndef QDA_DSP_SHELL_BYTES_H
#define QDA_DSP_SHELL_BYTES_H

#include <stddef.h>

/* The stand-in shell (native/dsp/shell): what the virtual QDA lays out on its board as fastrpc_shell_unsigned_3. */
extern const unsigned char qda_dsp_shell[];
extern const size_t qda_dsp_shell_len;

#endif
