/* SPDX-License-Identifier: MIT */
#ifndef QDA_DRIVER_PROOF_H
#define QDA_DRIVER_PROOF_H

#include "driver/driver.h"

/*
 * What speaks for a generation. `driver` is set only where one is proven; `text` is a sentence either way, and where
 * nothing could be said it says why.
 */
enum qda_proof_state {
    QDA_PROOF_PROVEN,
    QDA_PROOF_REFUSED, /* there is evidence, and it fits no generation known here */
    QDA_PROOF_ABSENT,  /* no evidence to be had from this source */
};

struct qda_proof {
    enum qda_proof_state state;
    const struct qda_driver *driver;
    char text[sizeof(((struct qda_node *)0)->proof)];
    char dsp[16]; /* the DSP's name where a probe learned it on the way, else "" */
};

/* btf_proof.c: the ABI structs in /sys/kernel/btf/qda, or in vmlinux's BTF where the driver is built in. */
void qda_prove_by_btf(struct qda_sys *sys, struct qda_proof *out);

/* probe_proof.c: two ioctls without side effects on an open node. `why` says why there was no BTF. */
void qda_prove_by_probe(struct qda_sys *sys, int fd, const char *why, struct qda_proof *out);

/* Sets state, driver and text (printf). */
void qda_proof_say(struct qda_proof *out, enum qda_proof_state state, const struct qda_driver *driver, const char *format,
                   ...) __attribute__((format(printf, 4, 5)));

#endif
