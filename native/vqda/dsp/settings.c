/* SPDX-License-Identifier: MIT */
#include "vqda/dsp/settings.h"

#include "vqda/dsp/message.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define EMULATOR "qemu-hexagon"
#define SANDBOX "vqda-sandbox.so"

static struct vq_dsp_settings settings = {
    .threads = 4,
    .poll_us = 20,
    .space = (2048ull - 64) << 20, /* mappings fail near 2 GiB: qualcomm/fastrpc, issue 137 */
    .ready_ms = 20000,
};

static struct {
    bool looked;
    char emulator[4096];
    char missing[9000]; /* "": nothing */
} machine;

const struct vq_dsp_settings *vq_dsp_settings(void)
{
    return &settings;
}

void vq_dsp_configure(const struct vq_dsp_settings *wanted)
{
    settings = *wanted;
    machine.looked = false;
}

void vq_dsp_sandbox_beside(struct vq_dsp_settings *to, const char *exe_folder)
{
    int len = snprintf(to->sandbox, sizeof(to->sandbox), "%s/" SANDBOX, exe_folder);
    if (len < 0 || (size_t)len >= sizeof(to->sandbox))
        to->sandbox[0] = '\0';
}

/* The first executable of that name on PATH; "": none. */
static void find_on_path(const char *name, char *out, size_t room)
{
    const char *path = getenv("PATH");
    for (const char *at = path; at && *at; at += strcspn(at, ":") + (at[strcspn(at, ":")] != '\0')) {
        int folder = (int)strcspn(at, ":");
        int len = snprintf(out, room, "%.*s/%s", folder, at, name);
        if (folder > 0 && len > 0 && (size_t)len < room && access(out, X_OK) == 0)
            return;
    }
    out[0] = '\0';
}

static void look(void)
{
    machine.looked = true;
    machine.missing[0] = '\0';
    find_on_path(EMULATOR, machine.emulator, sizeof(machine.emulator));
    if (settings.none)
        snprintf(machine.missing, sizeof(machine.missing),
                 "the board was started with --dsp none, so no DSP runs behind it; start it without that switch");
    else if (machine.emulator[0] == '\0')
        snprintf(machine.missing, sizeof(machine.missing),
                 "the virtual board's DSP needs " EMULATOR ", which is not on PATH; install it with: apt-get install qemu-user");
    else if (access(settings.sandbox, R_OK) != 0)
        snprintf(machine.missing, sizeof(machine.missing),
                 "the sandbox of the virtual board's DSP is not at %s, and without it no DSP program is run; build the project again",
                 settings.sandbox[0] ? settings.sandbox : SANDBOX);
}

const char *vq_dsp_emulator(void)
{
    if (!machine.looked)
        look();
    return machine.emulator;
}

const char *vq_dsp_missing(void)
{
    if (!machine.looked)
        look();
    return machine.missing[0] ? machine.missing : NULL;
}
