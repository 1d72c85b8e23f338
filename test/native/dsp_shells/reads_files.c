/* SPDX-License-Identifier: MIT */
#include "dsp/shell/log.h"
#include "dsp/shell/module.h"
#include "dsp/shell/reverse.h"
#include "dsp/shell/text.h"

/*
 * The virtual board's shell, but each time before it loads a skel it asks the CPU for files, and says in the DSP's log what came of
 * each. Linked with --wrap=module_open.
 */
int32_t __real_module_open(const char *uri, uint32_t *handle, struct why *why);
int32_t __wrap_module_open(const char *uri, uint32_t *handle, struct why *why);

static const char *const names[] = {"note.txt", "none.txt", "../adsp/note.txt", "/usr/lib/rfsa/adsp/note.txt", "/etc/os-release"};

static void read_file(const char *name)
{
    char text[32], said[160];
    uint32_t fd = 0, got = 0;
    int32_t err = apps_open(name, &fd);
    if (!err) {
        err = apps_read(fd, text, sizeof(text) - 1, &got);
        apps_close(fd);
    }
    text[got] = '\0';
    if (err)
        snprintf(said, sizeof(said), "%s is not given: 0x%x", name, (unsigned)err);
    else
        snprintf(said, sizeof(said), "%s says: %s", name, text);
    log_line(LOG_HIGH, "reads_files.c", __LINE__, said);
}

int32_t __wrap_module_open(const char *uri, uint32_t *handle, struct why *why)
{
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        read_file(names[i]);
    return __real_module_open(uri, handle, why);
}
