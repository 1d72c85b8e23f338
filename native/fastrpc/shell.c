/* SPDX-License-Identifier: MIT */
#include "fastrpc/impl.h"

#include "fastrpc/sha256.h"
#include "fastrpc/shell_paths.h"

#include <elf.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/*
 * Finding the shell. Folders, in this order, and in each of them the one named after the DSP: those of DSP_LIBRARY_PATH (relative
 * ones are below /usr/share/qcom), then the usual ones. Source: qualcomm/fastrpc (conf.d, the defaults for Linux and Android) and
 * tinygrad (/dsp).
 */
#define CONFIG "/usr/share/qcom"
#define CONFIG_FOLDER CONFIG "/conf.d"
#define CONFIG_MAX (1u << 20)
#define CONFIG_FILES 64
#define MACHINE_HEXAGON 164 /* EM_QDSP6 */
#define MODEL "/sys/firmware/devicetree/base/model"

static const char *const usual[] = {"/vendor/dsp", "/usr/lib/rfsa/adsp", "/usr/lib/dsp", "/vendor/lib/rfsa/adsp", "/dsp"};

static const struct {
    const char *dsp;
    int domain;
} domains[] = {{"adsp", 0}, {"mdsp", 1}, {"sdsp", 2}, {"cdsp", 3}, {"cdsp1", 4}, {"gdsp0", 5}, {"gdsp1", 6}};

struct search {
    struct qda_sys *sys;
    const char *dsp;
    char name[40];         /* of the shell's file */
    struct qda_shell *out;
    char *why;             /* room of 400 */
    char machine[256];     /* "": not known */
};

static int refuse(struct search *search, int err, const char *path, const char *what)
{
    rpc_say(search->why, "the shell %s cannot be used: %s", path, what);
    return err;
}

/* Hexagon, 32-bit, little-endian: more is the DSP's business. */
static bool is_hexagon(const uint8_t *bytes, size_t len)
{
    Elf32_Ehdr head;
    if (len < sizeof head)
        return false;
    memcpy(&head, bytes, sizeof head);
    return memcmp(head.e_ident, ELFMAG, SELFMAG) == 0 && head.e_ident[EI_CLASS] == ELFCLASS32 &&
           head.e_ident[EI_DATA] == ELFDATA2LSB && head.e_machine == MACHINE_HEXAGON;
}

/* 0: it is the one. -ENOENT: not there, look on. Anything else: it is there and no good, with the sentence. */
static int try_path(struct search *search, const char *path)
{
    char *bytes = NULL, what[120];
    ssize_t len = qda_read_file_alloc(search->sys, path, QDA_SHELL_MAX, &bytes);
    if (len == -ENOENT || len == -ENOTDIR)
        return -ENOENT;
    if (len == -EFBIG)
        return refuse(search, -EFBIG, path, "it is over 4 MiB, which the driver does not take; put the DSP's own shell there");
    if (len < 0) {
        qda_rpc_words((int)len, what, sizeof what);
        return refuse(search, (int)len, path, what);
    }
    if (!is_hexagon((const uint8_t *)bytes, (size_t)len)) {
        free(bytes);
        return refuse(search, -ENOEXEC, path,
                      "it is no Hexagon ELF (32-bit, machine 164); put the DSP's own shell there or name another");
    }
    struct qda_shell *out = search->out;
    snprintf(out->path, sizeof out->path, "%s", path);
    out->bytes = bytes;
    out->len = (size_t)len;
    rpc_sha256(bytes, out->len, out->sha256);
    return 0;
}

static int try_folder(struct search *search, const char *folder)
{
    char path[256];
    int used = snprintf(path, sizeof path, "%s/%s", folder, search->name);
    int err = used < (int)sizeof path ? try_path(search, path) : -ENOENT;
    if (err != -ENOENT)
        return err;
    used = snprintf(path, sizeof path, "%s/%s/%s", folder, search->dsp, search->name);
    return used < (int)sizeof path ? try_path(search, path) : -ENOENT;
}

/* Folders of a value of DSP_LIBRARY_PATH: "a;b". */
static int try_list(struct search *search, char *list)
{
    int err = -ENOENT;
    for (char *save, *one = strtok_r(list, ";", &save); one && err == -ENOENT; one = strtok_r(NULL, ";", &save)) {
        char folder[600];
        snprintf(folder, sizeof folder, "%s%s", one[0] == '/' ? "" : CONFIG "/", one);
        err = try_folder(search, folder);
    }
    return err;
}

struct names {
    char *each[CONFIG_FILES];
    size_t count;
};

static bool is_yaml(const char *name)
{
    const char *end = strrchr(name, '.');
    return end && (strcmp(end, ".yaml") == 0 || strcmp(end, ".yml") == 0);
}

static int collect(void *arg, const char *name)
{
    struct names *names = arg;
    if (!is_yaml(name) || names->count == CONFIG_FILES)
        return 0;
    char *copy = strdup(name);
    if (copy)
        names->each[names->count++] = copy;
    return 0;
}

static int by_name(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static bool path_from(struct search *search, const char *name, char *out, size_t room)
{
    char path[600], *text = NULL;
    snprintf(path, sizeof path, CONFIG_FOLDER "/%s", name);
    ssize_t len = qda_read_file_alloc(search->sys, path, CONFIG_MAX, &text);
    bool found = len > 0 && rpc_yaml_library_path(text, (size_t)len, search->machine, out, room);
    free(text);
    return found;
}

/* Files in the order of their names; the last that speaks of the machine counts, as in the public library. */
static int try_configured(struct search *search)
{
    struct names names = {.count = 0};
    char list[512] = "";
    if (qda_read_file(search->sys, MODEL, search->machine, sizeof search->machine) < 0)
        search->machine[0] = '\0';
    search->machine[strcspn(search->machine, "\n")] = '\0';
    if (!search->machine[0] || search->sys->ops->list_dir(search->sys, CONFIG_FOLDER, collect, &names) < 0)
        names.count = 0;
    qsort(names.each, names.count, sizeof *names.each, by_name);
    for (size_t i = 0; i < names.count; i++) {
        char one[sizeof list];
        if (path_from(search, names.each[i], one, sizeof one))
            memcpy(list, one, sizeof list);
        free(names.each[i]);
    }
    return list[0] ? try_list(search, list) : -ENOENT;
}

static int not_found(struct search *search)
{
    /* A result's reason has room for 240 characters: the remedy stands first. */
    rpc_say(search->why,
            "no shell for %s: install the board's DSP binaries or name the file (--shell PATH); %s is neither where " CONFIG_FOLDER
            " points for \"%.16s\" nor in /vendor/dsp, /usr/lib/rfsa/adsp, /usr/lib/dsp",
            search->dsp, search->name, search->machine[0] ? search->machine : "no model");
    return -ENOENT;
}

static int find(struct search *search)
{
    int err = try_configured(search);
    for (size_t i = 0; err == -ENOENT && i < sizeof usual / sizeof *usual; i++)
        err = try_folder(search, usual[i]);
    return err == -ENOENT ? not_found(search) : err;
}

int qda_shell_load(struct qda_sys *sys, const char *dsp, bool unsigned_pd, const char *path, struct qda_shell *out,
                   char why[400])
{
    struct search search = {.sys = sys, .dsp = dsp, .out = out, .why = why};
    *out = (struct qda_shell){.bytes = NULL};
    if (path) {
        int err = strlen(path) < sizeof out->path ? try_path(&search, path) : -ENAMETOOLONG;
        if (err == -ENOENT)
            rpc_say(why, "there is no shell at %s on the board: name the file of the board's DSP binaries", path);
        else if (err == -ENAMETOOLONG)
            rpc_say(why, "the path of the shell is too long: at most %zu bytes", sizeof out->path - 1);
        return err;
    }
    for (size_t i = 0; i < sizeof domains / sizeof *domains; i++) {
        if (strcmp(domains[i].dsp, dsp) == 0) {
            snprintf(search.name, sizeof search.name, "fastrpc_shell_%s%d", unsigned_pd ? "unsigned_" : "",
                     domains[i].domain);
            return find(&search);
        }
    }
    rpc_say(why, "no shell is known for a DSP called \"%s\": name the file (--shell PATH)", dsp);
    return -ENOENT;
}

void qda_shell_free(struct qda_shell *shell)
{
    free(shell->bytes);
    *shell = (struct qda_shell){.bytes = NULL};
}
