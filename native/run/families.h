/* SPDX-License-Identifier: MIT */
#ifndef QDA_RUN_FAMILIES_H
#define QDA_RUN_FAMILIES_H

#include "run/run.h"

/* One a file; the table of all is in runs.c. */
extern const struct qda_run_ops qda_base_ioctl;
extern const struct qda_run_ops qda_mem_alloc;
extern const struct qda_run_ops qda_mem_cpumap;
extern const struct qda_run_ops qda_mem_export;
extern const struct qda_run_ops qda_mem_import;
extern const struct qda_run_ops qda_mem_import_scale;
extern const struct qda_run_ops qda_mem_handoff;
extern const struct qda_run_ops qda_cpu_bw;
extern const struct qda_run_ops qda_cpu_sync;
extern const struct qda_run_ops qda_session_create;
extern const struct qda_run_ops qda_rpc_null;
extern const struct qda_run_ops qda_rpc_null_mt;
extern const struct qda_run_ops qda_dsp_map;
extern const struct qda_run_ops qda_dsp_map_limit;
extern const struct qda_run_ops qda_skel_load;
extern const struct qda_run_ops qda_rpc_ping;
extern const struct qda_run_ops qda_rpc_argc;
extern const struct qda_run_ops qda_rpc_argsize;
extern const struct qda_run_ops qda_dsp_read;
extern const struct qda_run_ops qda_dsp_write;
extern const struct qda_run_ops qda_dsp_copy;
extern const struct qda_run_ops qda_dsp_cache;
extern const struct qda_run_ops qda_e2e_frame;
extern const struct qda_run_ops qda_shm_doorbell;
extern const struct qda_run_ops qda_coh_stress;

#endif
