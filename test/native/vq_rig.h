/* SPDX-License-Identifier: MIT */
#ifndef QDA_TEST_VQ_RIG_H
#define QDA_TEST_VQ_RIG_H

#include "sys/sys.h"
#include "wire/gen/qda_lab.pb.h"

#include <sys/types.h>

/*
 * A virtual board for the conformance tests: the vqda program of the same build tree, a seam to it, and its control door,
 * through which tests ask what it holds and make it fail.
 */
struct vq_rig {
    pid_t pid;
    char name[48];
    char door[96]; /* abstract name of the clients' door */
    struct qda_sys *sys;
    int control;
};

/* The program: QDA_VQDA, else the one of this build tree. False: there is none. */
bool rig_vqda_path(char *out, size_t len);
/* Starts a board with further arguments (NULL-terminated). False, and why is printed: the test cannot go on. */
bool rig_start(struct vq_rig *rig, const char *const *arguments);
/* Ends it with SIGTERM and checks that it ended cleanly (exit code 0: under ASan, without leaks). */
void rig_stop(struct vq_rig *rig);

struct rig_bank {
    char dsp[16];
    uint32_t sid, owner, references;
    uint64_t iova_used;
};
struct rig_ledger {
    char quirk[48];
    uint64_t objects, bytes;
};
struct rig_node {
    char path[32];
    char dsp[16];
    bool plugged;
};
struct rig_info {
    uint64_t objects, dmabufs, bytes, files;
    struct rig_bank banks[32];
    size_t bank_count;
    struct rig_ledger ledger[8];
    size_t ledger_count;
    struct rig_node nodes[16];
    size_t node_count;
    unsigned known_differences;
    unsigned workloads;
};

/* What the board holds now. */
bool rig_status(struct vq_rig *rig, struct rig_info *out);
/* The same, asked until it holds `objects` objects and `files` files: closes are heard of a moment later. */
bool rig_settle(struct vq_rig *rig, uint64_t objects, uint64_t files, struct rig_info *out);
const struct rig_ledger *rig_ledger_of(const struct rig_info *info, const char *quirk);
/* Bank of a DSP that the thread owns, or NULL. */
const struct rig_bank *rig_bank_of(const struct rig_info *info, const char *dsp, uint32_t owner);

/* Each true if the board said Done. */
bool rig_fault(struct vq_rig *rig, const qdalab_SetFault *fault);
bool rig_clear_faults(struct vq_rig *rig);
bool rig_unplug(struct vq_rig *rig, const char *dsp);
bool rig_replug(struct vq_rig *rig, const char *dsp);
/* Starts `processes` workloads of a kind; false: refused. */
bool rig_start_workload(struct vq_rig *rig, const char *kind, uint32_t processes);
bool rig_stop_workloads(struct vq_rig *rig);
bool rig_kill_client(struct vq_rig *rig, uint32_t pid);

#endif
