/* SPDX-License-Identifier: MIT */
#include "dsp/shell/module.h"

#include "dsp/shell/arena.h"
#include "dsp/shell/call.h"
#include "dsp/shell/heap.h"
#include "dsp/shell/lock.h"
#include "dsp/shell/reverse.h"
#include "dsp/shell/sys.h"
#include "dsp/shell/text.h"
#include "dsp/shell/thread.h"

#define HANDLES 256u
#define FIRST_HANDLE 0x100u
#define NAME_MAX 128u
#define FILE_MAX (32u << 20)
#define READ_AT_ONCE 61440u /* with its head it fits into what our listener offers */

typedef int (*entry_fn)(uint64_t h, uint32_t sc, union skel_arg *args);

struct module {
    char name[NAME_MAX];
    struct image image;
    uint32_t opens;
    struct module *next;
};
struct handle {
    struct module *module; /* NULL: free */
    entry_fn entry;
    uint64_t h; /* what the skel gave */
    uint32_t open;  /* 1: calls are taken */
    uint32_t calls; /* that run, or are about to see whether they may */
};

static struct lock load_lock; /* long: one open or close at a time */
static struct module *modules;
static struct handle handles[HANDLES];

/* "file:///NAME?ENTRY&...": its two names. */
static int32_t parse_uri(const char *uri, char name[NAME_MAX], char entry[NAME_MAX], struct why *why)
{
    static const char scheme[] = "file:///";
    const char *at = uri + sizeof(scheme) - 1, *question = strchr(uri, '?');
    if (strncmp(uri, scheme, sizeof(scheme) - 1) != 0 || !question)
        return why_say(why, QDA_AEE_EBADPARM, "\"%s\" is no module: it reads file:///LIBRARY?ENTRY&...", uri);
    const char *end = strchr(question, '&');
    size_t name_len = (size_t)(question - at), entry_len = end ? (size_t)(end - question) - 1 : strlen(question + 1);
    if (name_len == 0 || name_len >= NAME_MAX || entry_len == 0 || entry_len >= NAME_MAX)
        return why_say(why, QDA_AEE_EBADPARM, "\"%s\" is no module: a name is empty or over %u letters", uri, NAME_MAX - 1);
    memcpy(name, at, name_len);
    name[name_len] = 0;
    memcpy(entry, question + 1, entry_len);
    entry[entry_len] = 0;
    return 0;
}

/* A file's bytes while a module is made of them: memory of the runtime. */
struct bytes {
    uint8_t *at;
    uint32_t len, pages;
};

static void bytes_free(struct bytes *bytes)
{
    if (!bytes->at)
        return;
    sys_unmap((uint32_t)bytes->at, bytes->pages * QDA_PORT_PAGE);
    upper_give((uint32_t)bytes->at, bytes->pages);
}

static bool bytes_take(struct bytes *bytes, uint64_t len)
{
    bytes->pages = pages_of(len);
    uint32_t at = len && len <= FILE_MAX ? upper_take(bytes->pages) : 0;
    if (at && sys_map(at, bytes->pages * QDA_PORT_PAGE, PROT_READ | PROT_WRITE, -1, 0) < 0) {
        upper_give(at, bytes->pages);
        at = 0;
    }
    bytes->at = (uint8_t *)at;
    return at != 0;
}

static int32_t read_open(const char *name, uint32_t fd, struct bytes *bytes, struct why *why)
{
    uint64_t size = 0;
    int32_t err = apps_size(fd, &size);
    if (err)
        return why_say(why, AEE_EUNABLETOLOAD, "%s was found, its size was not told (0x%x)", name, (unsigned)err);
    if (!bytes_take(bytes, size))
        return why_say(why, QDA_AEE_ENOMEMORY, "%s has %llu bytes: none, or more than can be loaded", name,
                       (unsigned long long)size);
    uint32_t got = 1;
    while (!err && got && bytes->len < size) {
        uint32_t left = (uint32_t)size - bytes->len;
        err = apps_read(fd, bytes->at + bytes->len, left < READ_AT_ONCE ? left : READ_AT_ONCE, &got);
        bytes->len += err ? 0 : got;
    }
    if (err || bytes->len < size)
        return why_say(why, AEE_EUNABLETOLOAD, "%s could not be read to its end: %u of %llu bytes came (0x%x)", name,
                       (unsigned)bytes->len, (unsigned long long)size, (unsigned)err);
    return 0;
}

static int32_t read_file(const char *name, struct bytes *bytes, struct why *why)
{
    uint32_t fd;
    int32_t err = apps_open(name, &fd);
    if (err == REVERSE_NOBODY)
        return why_say(why, AEE_EUNABLETOLOAD, "%s cannot be asked for: no listener of the CPU serves the DSP's calls", name);
    if (err)
        return why_say(why, QDA_AEE_ENOSUCH, "there is no %s: the CPU serves no such file (0x%x)", name, (unsigned)err);
    err = read_open(name, fd, bytes, why);
    apps_close(fd);
    return err;
}

static struct module *find(const char *name)
{
    struct module *module = modules;
    while (module && strcmp(module->name, name) != 0)
        module = module->next;
    return module;
}

/* The module of a name, loaded where it is not yet; counts as opened. */
static int32_t acquire(const char *name, struct module **out, struct why *why)
{
    struct module *module = find(name);
    struct bytes bytes = {NULL, 0, 0};
    int32_t err = 0;
    if (!module) {
        module = calloc(1, sizeof(*module));
        if (!module)
            return why_say(why, QDA_AEE_ENOMEMORY, "the process has no memory for %s", name);
        strlcpy(module->name, name, sizeof(module->name));
        err = read_file(name, &bytes, why);
        err = err ? err : image_load(&module->image, name, bytes.at, bytes.len, why);
        bytes_free(&bytes);
        if (err) {
            free(module);
            return err;
        }
        image_begin(&module->image);
        module->next = modules;
        modules = module;
    }
    module->opens++;
    *out = module;
    return 0;
}

static void leave(struct module *module)
{
    if (--module->opens)
        return;
    struct module **at = &modules;
    while (*at != module)
        at = &(*at)->next;
    *at = module->next;
    image_end(&module->image);
    image_free(&module->image);
    free(module);
}

/* Gives an open module a number. With load_lock. NULL: all are given. */
static struct handle *take_handle(const struct handle *from)
{
    for (uint32_t i = 0; i < HANDLES; i++) {
        struct handle *slot = &handles[i];
        if (slot->module)
            continue;
        slot->entry = from->entry;
        slot->h = from->h;
        slot->module = from->module;
        __atomic_store_n(&slot->open, 1, __ATOMIC_SEQ_CST);
        return slot;
    }
    return NULL;
}

/* Method 0 of the skel: in {bytes of the uri with NUL}, uri; out a handle. */
static int32_t open_skel(struct handle *handle, const char *uri, struct why *why)
{
    uint32_t len = (uint32_t)strlen(uri) + 1;
    union skel_arg args[3] = {{.buf = {&len, sizeof(len)}}, {.buf = {(void *)uri, len}}, {.h64 = 0}};
    int32_t err = handle->entry(0, QDA_SCALARS_BUILD(0, 0, 2, 0, 0, 1), args);
    handle->h = args[2].h64;
    return err ? why_say(why, err, "%s refused to open: 0x%x", handle->module->name, (unsigned)err) : 0;
}

static void close_skel(const struct handle *handle)
{
    union skel_arg args[1] = {{.h64 = handle->h}};
    handle->entry(handle->h, QDA_SCALARS_BUILD(0, 1, 0, 0, 1, 0), args);
}

static int32_t open_entry(struct module *module, const char *entry, const char *uri, uint32_t *out, struct why *why)
{
    struct handle handle = {.module = module, .entry = (entry_fn)(uintptr_t)image_symbol(&module->image, entry)};
    if (!handle.entry)
        return why_say(why, AEE_ENOSUCHSYMBOL, "%s has no entry point `%s`", module->name, entry);
    int32_t err = open_skel(&handle, uri, why);
    if (err)
        return err;
    struct handle *slot = take_handle(&handle);
    if (!slot) {
        close_skel(&handle);
        return why_say(why, QDA_AEE_ENOMEMORY, "%u modules are open: there can be no more", HANDLES);
    }
    *out = FIRST_HANDLE + (uint32_t)(slot - handles);
    return 0;
}

int32_t module_open(const char *uri, uint32_t *handle, struct why *why)
{
    char name[NAME_MAX], entry[NAME_MAX];
    struct module *module = NULL;
    int32_t err = parse_uri(uri, name, entry, why);
    if (err)
        return err;
    lock_take(&load_lock);
    err = acquire(name, &module, why);
    if (!err) {
        err = open_entry(module, entry, uri, handle, why);
        if (err)
            leave(module);
    }
    lock_release(&load_lock);
    return err;
}

/* The handle of a number, open or not; NULL: there is none of this number. */
static struct handle *handle_of(uint32_t number)
{
    return number - FIRST_HANDLE < HANDLES ? &handles[number - FIRST_HANDLE] : NULL;
}

/* No call is taken from now on. False: some run; all stays as it is. */
static bool shut(struct handle *handle)
{
    __atomic_store_n(&handle->open, 0, __ATOMIC_SEQ_CST);
    bool unused = __atomic_load_n(&handle->calls, __ATOMIC_SEQ_CST) == 0;
    if (!unused)
        __atomic_store_n(&handle->open, 1, __ATOMIC_SEQ_CST);
    return unused;
}

int32_t module_close(uint32_t number, struct why *why)
{
    struct handle *handle = handle_of(number);
    int32_t err = 0;
    lock_take(&load_lock);
    if (!handle || !handle->module)
        err = why_say(why, QDA_AEE_ENOSUCH, "0x%x is no open module", (unsigned)number);
    else if (!shut(handle))
        err = why_say(why, QDA_AEE_EFAILED, "%s cannot be closed: calls of this handle run", handle->module->name);
    if (!err) {
        close_skel(handle);
        leave(handle->module);
        handle->module = NULL;
    }
    lock_release(&load_lock);
    return err;
}

int32_t on_module(struct call *call)
{
    struct handle *handle = handle_of(call->request->handle);
    if (!handle)
        return QDA_AEE_ENOSUCH;
    __atomic_fetch_add(&handle->calls, 1, __ATOMIC_SEQ_CST);
    int32_t ret = QDA_AEE_ENOSUCH;
    if (__atomic_load_n(&handle->open, __ATOMIC_SEQ_CST))
        ret = handle->entry(handle->h, call->request->sc, call->args);
    __atomic_fetch_sub(&handle->calls, 1, __ATOMIC_SEQ_CST);
    return ret;
}
