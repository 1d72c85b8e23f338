/* SPDX-License-Identifier: MIT */
#ifndef QDA_DRIVER_FASTRPC_PROOF_H
#define QDA_DRIVER_FASTRPC_PROOF_H

#include "driver/proof.h"

/* The structs of drivers/misc/fastrpc.c in the BTF of the module that serves its nodes, or of vmlinux. */
void qda_prove_fastrpc_by_btf(struct qda_sys *sys, struct qda_proof *out);

/* One call on an open node that the driver answers by itself; nothing goes to the DSP. `why` says why there was no BTF. */
void qda_prove_fastrpc_by_probe(struct qda_sys *sys, int fd, const char *why, struct qda_proof *out);

#endif
