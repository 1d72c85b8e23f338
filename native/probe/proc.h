/* SPDX-License-Identifier: MIT */
#ifndef QDA_PROBE_PROC_H
#define QDA_PROBE_PROC_H

#include "probe/probe.h"

/* Texts of /proc, each a pure function. */

/* /proc/PID/fdinfo/N. Strings point into the text, which is written to. */
struct probe_fdinfo {
    bool is_dmabuf; /* it has exp_name */
    uint64_t ino;
    uint64_t size;
    const char *exporter;
    const char *name; /* "" : none set */
    uint64_t count;   /* file references, less the one that reading fdinfo takes */
    bool has_count;
};
void probe_fdinfo_parse(char *text, struct probe_fdinfo *out);

/* A line of /proc/PID/maps that is the mapping of a dma-buf. */
struct probe_mapping {
    uint64_t start;
    uint64_t length;
    uint64_t ino;
};
bool probe_maps_line(const char *line, struct probe_mapping *out);

/* Name and effective uid of /proc/PID/status; the name without the kernel's escapes. False if there is no name. */
bool probe_status_parse(char *text, char comm[64], uint32_t *uid);

/* A link of /proc/PID/fd: "/dev/accel/accel0", also " (deleted)" where the node has gone since. */
bool probe_is_node(const char *link);
bool probe_is_dmabuf(const char *link);

/* Open accel nodes only: process and node facts, no others. *unreadable: processes whose descriptors cannot be read. */
int probe_node_holders(struct qda_sys *sys, qda_fact_fn fn, void *arg, uint32_t *unreadable);

#endif
