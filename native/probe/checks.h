/* SPDX-License-Identifier: MIT */
#ifndef QDA_PROBE_CHECKS_H
#define QDA_PROBE_CHECKS_H

#include "probe/text.h"

/* What a check looks at and whom it tells. */
struct probe_checks {
    struct qda_sys *sys;
    const struct qda_probe_node *nodes;
    size_t count;
    qda_check_fn fn;
    void *arg;
};

struct probe_verdict {
    enum qda_check_state state;
    char read[768];
    const char *remedy; /* not looked at with QDA_CHECK_OK */
    bool fatal;         /* looked at with QDA_CHECK_FAIL only */
};

/* 0 or what the callback returned; so do all below. */
int probe_say(const struct probe_checks *checks, const char *name, const char *why, const struct probe_verdict *verdict);

/* checks.c */
int probe_check_nodes(const struct probe_checks *checks);
int probe_check_access(const struct probe_checks *checks);
int probe_check_generation(const struct probe_checks *checks);
int probe_check_banks(const struct probe_checks *checks);
/* checks_board.c */
int probe_check_heaps(const struct probe_checks *checks);
int probe_check_udmabuf(const struct probe_checks *checks);
int probe_check_debugfs(const struct probe_checks *checks);
int probe_check_tracefs(const struct probe_checks *checks);
int probe_check_proc(const struct probe_checks *checks);
int probe_check_others(const struct probe_checks *checks);
/* checks_noise.c */
int probe_check_governor(const struct probe_checks *checks);
int probe_check_thermal(const struct probe_checks *checks);
int probe_check_clock(const struct probe_checks *checks);

#endif
