/* SPDX-License-Identifier: MIT */
#ifndef VQ_CONTROL_IMPL_H
#define VQ_CONTROL_IMPL_H

#include "vqda/control/control.h"
#include "wire/gen/qda_lab.pb.h"
#include "wire/put.h"

/* Shared by the files of control/. */

#define VQ_MAX_WORKLOADS 256
#define VQ_MAX_TESTERS 128 /* connections; whoever comes beyond is hung up on: descriptors are for the board's clients */

struct vq_control {
    struct vq_board *board;
    struct vq_watch *watch;
    int fd;
    struct vq_list conns;
    size_t conn_count;
    char exe_folder[4096];
    int workloads[VQ_MAX_WORKLOADS]; /* pids */
    size_t workload_count;
    bool had_workloads; /* ever */
};

/* A refusal: code, a sentence with the remedy, and the -errno behind it (0: none). Writes the Failure body. */
void vq_control_fail(struct qda_put *reply, qdalab_FailureCode code, int error, const char *format, ...)
    __attribute__((format(printf, 4, 5)));
void vq_control_done(struct qda_put *reply);

/* Handlers: each writes one body of FromBoard. */
void vq_on_status(struct vq_control *control, const qdalab_ToBoard *request, struct qda_put *reply);
void vq_on_set_fault(struct vq_control *control, const qdalab_ToBoard *request, struct qda_put *reply);
void vq_on_clear_faults(struct vq_control *control, const qdalab_ToBoard *request, struct qda_put *reply);
void vq_on_start_workload(struct vq_control *control, const qdalab_ToBoard *request, struct qda_put *reply);
void vq_on_stop_workload(struct vq_control *control, const qdalab_ToBoard *request, struct qda_put *reply);
void vq_on_unplug(struct vq_control *control, const qdalab_ToBoard *request, struct qda_put *reply);
void vq_on_replug(struct vq_control *control, const qdalab_ToBoard *request, struct qda_put *reply);
void vq_on_kill_client(struct vq_control *control, const qdalab_ToBoard *request, struct qda_put *reply);

/* Kills workloads and waits for them; pid 0: all. False: there is none of that pid. */
bool vq_workload_stop(struct vq_control *control, int pid);
bool vq_workload_known(const struct vq_control *control, int pid);

#endif
