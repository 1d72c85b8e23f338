/* SPDX-License-Identifier: MIT */
#ifndef VQ_DSP_SETTINGS_H
#define VQ_DSP_SETTINGS_H

#include "vqda/core/board.h"

/* How the virtual DSP plays: one set for all boards of this process, set before the first session is created. */
struct vq_dsp_settings {
    bool none;          /* as if this machine had no emulator */
    char sandbox[4096]; /* path of the plugin that takes the host away from a DSP process (sandbox.c) */
    unsigned threads;   /* hardware threads that the DSP says it has */
    unsigned poll_us;   /* how long the board polls for an answer, and an idle thread of the DSP for a call, before it sleeps */
    unsigned wake_us;   /* delay before the DSP takes up a call */
    uint64_t space;     /* bytes of the DSP address space */
    unsigned ready_ms;  /* a DSP process that takes longer to get ready is ended */
    /* A DSP process touched an address that its bank does not translate. NULL: nobody wants to know. */
    void (*page_fault)(struct vq_board *board, const struct vq_bank *bank, uint64_t iova, bool write);
};

/* The settings as they stand. The defaults: 4 threads, 20 us, no delay, 2 GiB less 64 MiB, 20 s. */
const struct vq_dsp_settings *vq_dsp_settings(void);
void vq_dsp_configure(const struct vq_dsp_settings *settings);
/* Sets `sandbox` to the plugin beside the running program. */
void vq_dsp_sandbox_beside(struct vq_dsp_settings *settings, const char *exe_folder);
/* Path of the emulator, found on PATH when the settings were made or first asked for; "": there is none. */
const char *vq_dsp_emulator(void);

/* SIGCHLD: collects DSP processes that ended, before whoever collects all children does. */
void vq_dsp_collect(struct vq_board *board);
/* Is this a process of the DSP? */
bool vq_dsp_owns(const struct vq_board *board, int pid);

#endif
