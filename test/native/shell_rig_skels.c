/* SPDX-License-Identifier: MIT */
#include "shell_rig.h"

#include "check.h"

#include <stdlib.h>

/* Skels of test/native/dsp_skels, as they were built (QDA_SKELS names their folder); each is read once. */
bool rig_serve_built(struct rig *rig, const char *file)
{
    static struct {
        char name[64];
        uint8_t bytes[1u << 16];
        size_t len;
    } built[8];
    static unsigned count;
    unsigned i = 0;
    while (i < count && strcmp(built[i].name, file) != 0)
        i++;
    if (i == count) {
        char path[512];
        snprintf(path, sizeof(path), "%s/%s", getenv("QDA_SKELS") ? getenv("QDA_SKELS") : ".", file);
        FILE *from = fopen(path, "rb");
        if (!CHECK(from != NULL) || !CHECK(count < 8))
            return false;
        snprintf(built[i].name, sizeof(built[i].name), "%s", file);
        built[i].len = fread(built[i].bytes, 1, sizeof(built[i].bytes), from);
        count += CHECK(built[i].len > 0 && feof(from));
        fclose(from);
    }
    rig_serve(rig, file, built[i].bytes, built[i].len);
    return true;
}

uint32_t rig_open_built(struct rig *rig, const char *name)
{
    char file[64], uri[200], text[256];
    uint32_t handle = 0;
    snprintf(file, sizeof(file), "lib%s_skel.so", name);
    snprintf(uri, sizeof(uri), "file:///%s?%s_skel_handle_invoke&_modver=1.0&_dom=cdsp", file, name);
    if (rig_serve_built(rig, file) && !CHECK_INT(rig_open(rig, QDA_HANDLE_REMOTECTL1, uri, &handle, text), 0))
        printf("# %s\n", text);
    return handle;
}
