/* SPDX-License-Identifier: MIT */
#include "dsp/shell/reverse.h"

#include "dsp/shell/text.h"

#define TEXT_ROOM 64u
#define MAP_ADD_PAGES 0x1000u

/* The CPU's modules that the runtime calls; their handles, 0: not opened yet. */
struct module {
    const char *name;
    uint32_t handle;
};
static struct module apps_std = {QDA_APPS_STD_URI, 0};
static struct module apps_mem = {QDA_APPS_MEM_URI, 0};
static struct module apps_msgd = {QDA_MSGD_URI, 0};

static int32_t open_module(struct module *module)
{
    if (__atomic_load_n(&module->handle, __ATOMIC_RELAXED))
        return 0;
    uint32_t lengths[2] = {(uint32_t)strlen(module->name) + 1, TEXT_ROOM}, got[2] = {0, 0};
    char text[TEXT_ROOM];
    const struct qda_part parts[] = {{lengths, sizeof(lengths)},
                                     {(void *)module->name, lengths[0]},
                                     {got, sizeof(got)},
                                     {text, sizeof(text)}};
    int32_t err = reverse_call(QDA_APPS_REMOTECTL, QDA_SCALARS_BUILD(0, QDA_APPS_REMOTECTL_OPEN, 2, 2, 0, 0), parts);
    if (!err && got[1])
        err = (int32_t)got[1];
    if (!err)
        __atomic_store_n(&module->handle, got[0], __ATOMIC_RELAXED);
    return err;
}

static int32_t call_module(struct module *module, uint32_t sc, const struct qda_part *parts)
{
    int32_t err = open_module(module);
    return err ? err : reverse_call(module->handle, sc, parts);
}

int32_t apps_open(const char *name, uint32_t *fd)
{
    static const char variable[] = "ADSP_LIBRARY_PATH", delimiter[] = ";", mode[] = "r";
    uint32_t lengths[4] = {sizeof(variable), sizeof(delimiter), (uint32_t)strlen(name) + 1, sizeof(mode)};
    const struct qda_part parts[] = {{lengths, sizeof(lengths)},
                                     {(void *)variable, sizeof(variable)},
                                     {(void *)delimiter, sizeof(delimiter)},
                                     {(void *)name, lengths[2]},
                                     {(void *)mode, sizeof(mode)},
                                     {fd, sizeof(*fd)}};
    return call_module(&apps_std, QDA_SCALARS_BUILD(0, QDA_APPS_STD_FOPEN_WITH_ENV, 5, 1, 0, 0), parts);
}

int32_t apps_size(uint32_t fd, uint64_t *size)
{
    const struct qda_part parts[] = {{&fd, sizeof(fd)}, {size, sizeof(*size)}};
    return call_module(&apps_std, QDA_SCALARS_BUILD(0, QDA_APPS_STD_FLEN, 1, 1, 0, 0), parts);
}

int32_t apps_read(uint32_t fd, void *to, uint32_t room, uint32_t *got)
{
    uint32_t in[2] = {fd, room}, out[2] = {0, 0};
    const struct qda_part parts[] = {{in, sizeof(in)}, {out, sizeof(out)}, {to, room}};
    int32_t err = call_module(&apps_std, QDA_SCALARS_BUILD(0, QDA_APPS_STD_FREAD, 1, 2, 0, 0), parts);
    *got = out[0] < room ? out[0] : room;
    return err;
}

void apps_close(uint32_t fd)
{
    const struct qda_part parts[] = {{&fd, sizeof(fd)}};
    call_module(&apps_std, QDA_SCALARS_BUILD(0, QDA_APPS_STD_FCLOSE, 1, 0, 0, 0), parts);
}

int32_t apps_grow(uint64_t len, uint64_t *address)
{
    struct qda_apps_mem_map in = {.rflags = MAP_ADD_PAGES, .len = len};
    uint64_t out[2] = {0, 0};
    const struct qda_part parts[] = {{&in, sizeof(in)}, {out, sizeof(out)}};
    int32_t err = call_module(&apps_mem, QDA_SCALARS_BUILD(0, QDA_APPS_MEM_MAP64, 1, 1, 0, 0), parts);
    *address = out[1];
    return err;
}

int32_t apps_log(const void *records, uint32_t len)
{
    const struct qda_part parts[] = {{&len, sizeof(len)}, {(void *)records, len}};
    return call_module(&apps_msgd, QDA_SCALARS_BUILD(0, QDA_ADSPMSGD_LOG, 2, 0, 0, 0), parts);
}
