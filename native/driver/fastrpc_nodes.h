/* SPDX-License-Identifier: MIT */
#ifndef QDA_DRIVER_FASTRPC_NODES_H
#define QDA_DRIVER_FASTRPC_NODES_H

#include "driver/driver.h"

/* The nodes of drivers/misc/fastrpc.c: /dev/fastrpc-<dsp>, and with "-secure" behind it. */

/*
 * Takes a node's path apart: the DSP's label, at most 15 characters, and whether it is the secure node (may be NULL).
 * False: no such path.
 */
bool qda_fastrpc_dsp_of(const char *path, char dsp[16], bool *secure);

/*
 * Appends the nodes to out[0..max), a DSP's open node (for unsigned processes) before its secure one. `forced`: the user
 * named the generation. Returns the number written. An open node
 * names its secure one (signed_path). Each is opened once, which takes one of the DSP's sessions for that
 * moment. Proof: the BTF of the module that serves them, or of vmlinux; else GET_DSP_INFO of an attribute that no DSP has,
 * which the driver answers by itself.
 */
size_t qda_fastrpc_find_nodes(struct qda_sys *sys, bool forced, struct qda_node *out, size_t max);

#endif
