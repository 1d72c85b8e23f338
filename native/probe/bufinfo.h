/* SPDX-License-Identifier: MIT */
#ifndef QDA_PROBE_BUFINFO_H
#define QDA_PROBE_BUFINFO_H

#include "probe/probe.h"

/*
 * The text of debugfs dma_buf/bufinfo, a line at a time. What the kernel prints (drivers/dma-buf, checked on 6.18):
 *
 *     (empty)
 *     Dma-buf Objects:
 *     size    <TAB>flags   <TAB>mode    <TAB>count   <TAB>exp_name<TAB>ino     <TAB>name
 *     00004096<TAB>00080002<TAB>000a0007<TAB>00000002<TAB>system<TAB>00000017<TAB><none>
 *     <TAB>kernel fence:... (any number of lines about fences)
 *     <TAB>Attached Devices:
 *     <TAB>qda-cb-cdsp-3
 *     Total 1 devices attached
 *     (empty)
 *     Total 1 objects, 4096 bytes
 *
 * Variants: before 5.19 the head has no "name", and a buffer without a name ends with an empty field; before 5.3 there is
 * neither inode nor name, and the buffers cannot be told apart (they are counted, not given). A buffer that was locked
 * reads "<TAB>ERROR locking buffer object: skipping". Columns are found by their names in the head, so one more does no
 * harm; lines that are not known are passed over.
 */
struct probe_bufinfo {
    qda_fact_fn fn;
    void *arg;
    int columns[7];   /* where size, flags, mode, count, exp_name, ino, name stand; -1: nowhere */
    uint64_t ino;     /* buffer that the lines are about; 0: none */
    bool attached;    /* below "Attached Devices:" */
    uint64_t devices; /* of this buffer so far */
    uint64_t seen;    /* buffers */
    uint64_t nameless; /* buffers without an inode */
    uint64_t skipped; /* buffers that the kernel could not lock */
    uint64_t torn;    /* buffers whose list of devices does not add up */
    uint64_t total;   /* what the last line says */
    bool ended;       /* the last line was there */
};

void probe_bufinfo_init(struct probe_bufinfo *state, qda_fact_fn fn, void *arg);
/* One line without its newline; it is written to. 0 or what the callback returned. */
int probe_bufinfo_line(struct probe_bufinfo *state, char *line);

#endif
