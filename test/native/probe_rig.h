/* SPDX-License-Identifier: MIT */
#ifndef QDA_TEST_PROBE_RIG_H
#define QDA_TEST_PROBE_RIG_H

#include "probe/probe.h"

/*
 * For tests of probes: the kernel backend below a root of files, with faults by path, and memories of what was given.
 */
struct rig_fault {
    const char *path; /* every call on exactly this path (a trailing '*': on all that begin so) ... */
    int err;          /* ... gives this */
};

struct rig {
    struct qda_sys base;
    struct qda_sys *kernel;
    struct qda_sys_ops ops;
    const struct rig_fault *faults; /* ends with a path of NULL; NULL: none */
    size_t chunk;                   /* not 0: no read gives more bytes */
    unsigned readlinks, stats, opens;
};

/* `root`: below QDA_SOURCE_ROOT/test/fixtures, or absolute. */
void rig_open(struct rig *rig, const char *root);
void rig_close(struct rig *rig);

/* Readings by key. */
#define RIG_MAX 160
struct rig_reading {
    char key[96];
    char value[512];
    bool has_value;
    char unit[16];
    char reason[512];
    char source[192];
};
struct rig_readings {
    size_t count;
    size_t stop_after; /* not 0: the callback returns 77 at that one */
    struct rig_reading all[RIG_MAX];
};
int rig_on_reading(void *arg, const struct qda_reading *reading);
/* NULL if it was not given. A key that was given twice is a failed check. */
const struct rig_reading *rig_reading(const struct rig_readings *readings, const char *key);
/* Its value, "(absent)", or "(not given)". */
const char *rig_value(const struct rig_readings *readings, const char *key);

/* Facts as lines of text, in the order given. */
struct rig_facts {
    size_t count;
    size_t stop_after;
    char all[RIG_MAX][160];
};
int rig_on_fact(void *arg, const struct qda_fact *fact);
bool rig_has_fact(const struct rig_facts *facts, const char *text);
void rig_print_facts(const struct rig_facts *facts);

/* A whole fixture as text; free() it. */
char *rig_text(const char *path);

/* A folder that is gone at rig_remove. */
void rig_temp_dir(char out[64]);
void rig_remove(const char *dir);
/* Writes a file below dir and the folders on the way. */
void rig_write(const char *dir, const char *path, const char *text);

#endif
