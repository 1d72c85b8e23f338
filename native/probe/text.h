/* SPDX-License-Identifier: MIT */
#ifndef QDA_PROBE_TEXT_H
#define QDA_PROBE_TEXT_H

#include "probe/probe.h"

/* Small things about texts that several probes need. */

/* "ENOENT" of -ENOENT; numbers without a name here read "an errno without a name". */
const char *probe_errno(int err);
/* "ENOENT: /sys/x: there is no such file; `advice`". The advice may be "". */
void probe_reason(char *out, size_t len, const char *path, int err, const char *advice);
/* Copies what fits, NUL-terminated. */
void probe_copy(char *out, size_t size, const char *text);
/* Adds text to a string of `size` bytes, separated by "; " from what stands there. Cut where it does not fit. */
__attribute__((format(printf, 3, 4))) void probe_append(char *out, size_t size, const char *format, ...);

/* An unsigned number at *text, in base 10 or 16 (with or without 0x); *text moves behind it. False: none, or over 64 bit. */
bool probe_number(const char **text, unsigned base, uint64_t *out);
/* A whole text that is one decimal number below 2^32. */
bool probe_id(const char *text, uint32_t *out);
/* Cuts white space, newlines and NULs off the end of len bytes; gives the length that stays. text[len] must be ours too. */
size_t probe_trim(char *text, size_t len);

/* First line of a small file, trimmed; many NUL-separated strings (device tree) are joined with ",". 0 or -errno. */
int probe_first_line(struct qda_sys *sys, const char *path, char *out, size_t size);
/* The process that runs this, as the board numbers it; 0 if /proc/self cannot be read. */
uint32_t probe_self(struct qda_sys *sys);

/* Who gets readings. */
struct probe_sink {
    struct qda_sys *sys;
    qda_reading_fn fn;
    void *arg;
};
/* One value; 0 or what the callback returned. */
int probe_give(const struct probe_sink *sink, const char *key, const char *value, const char *unit, const char *source);
/* A value that cannot be had: err is why the source could not be read. */
int probe_give_absent(const struct probe_sink *sink, const char *key, const char *source, int err, const char *advice);
/* A file that is the value. */
struct probe_file {
    const char *key;
    const char *path;
    const char *unit;
    const char *advice; /* why it may be missing */
};
int probe_give_file(const struct probe_sink *sink, const struct probe_file *file);

/* Names of a directory that begin with `prefix`, sorted; numbers at the end count as numbers. */
#define PROBE_NAME_LEN 64
struct probe_names {
    size_t count;
    size_t left_out; /* more than fit */
    char name[64][PROBE_NAME_LEN];
};
/* 0 or -errno of the directory (the list is empty then). */
int probe_list(struct qda_sys *sys, const char *path, const char *prefix, struct probe_names *out);

#endif
