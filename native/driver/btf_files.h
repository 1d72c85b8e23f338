/* SPDX-License-Identifier: MIT */
#ifndef QDA_DRIVER_BTF_FILES_H
#define QDA_DRIVER_BTF_FILES_H

#include "driver/proof.h"
#include "uapi/btf.h"

/* Which BTF speaks of a driver: /sys/kernel/btf/<module>, or vmlinux's where the driver is built in. */
struct qda_btf_subject {
    const char *const *modules; /* names, likeliest first, NULL-terminated: the first that is loaded speaks */
    /* What the BTF (at `path`) says. 0 with *out filled; -ENOENT: it has nothing of this driver; -EBADMSG: damaged. */
    int (*judge)(const struct qda_btf *btf, const char *path, struct qda_proof *out);
    const char *none;     /* what a module has not that is none of ours: "refused: <path> has no <none>; <override>" */
    const char *override; /* how the user overrides a refusal */
};
void qda_prove_by_btf_files(struct qda_sys *sys, const struct qda_btf_subject *subject, struct qda_proof *out);

#endif
