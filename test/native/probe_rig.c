/* SPDX-License-Identifier: MIT */
#include "probe_rig.h"

#include <errno.h>
#include <ftw.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* ---- the backend */

static struct rig *rig_of(struct qda_sys *sys)
{
    return (struct rig *)sys;
}

static int fault_of(const struct rig *rig, const char *path)
{
    for (const struct rig_fault *f = rig->faults; f != NULL && f->path != NULL; f++) {
        size_t len = strlen(f->path);
        bool begins = f->path[len - 1] == '*';
        if (begins ? strncmp(path, f->path, len - 1) == 0 : strcmp(path, f->path) == 0)
            return f->err;
    }
    return 0;
}

static int rig_open_file(struct qda_sys *sys, const char *path, int flags)
{
    struct rig *rig = rig_of(sys);
    int err = fault_of(rig, path);
    rig->opens++;
    return err < 0 ? err : rig->kernel->ops->open(rig->kernel, path, flags);
}

static int rig_stat(struct qda_sys *sys, const char *path, struct qda_stat *out)
{
    struct rig *rig = rig_of(sys);
    int err = fault_of(rig, path);
    rig->stats++;
    return err < 0 ? err : rig->kernel->ops->stat(rig->kernel, path, out);
}

static ssize_t rig_readlink(struct qda_sys *sys, const char *path, char *buf, size_t len)
{
    struct rig *rig = rig_of(sys);
    int err = fault_of(rig, path);
    rig->readlinks++;
    return err < 0 ? err : rig->kernel->ops->readlink(rig->kernel, path, buf, len);
}

static int rig_list_dir(struct qda_sys *sys, const char *path, qda_dirent_fn fn, void *arg)
{
    struct rig *rig = rig_of(sys);
    int err = fault_of(rig, path);
    return err < 0 ? err : rig->kernel->ops->list_dir(rig->kernel, path, fn, arg);
}

static int rig_mkdir(struct qda_sys *sys, const char *path)
{
    struct rig *rig = rig_of(sys);
    int err = fault_of(rig, path);
    return err < 0 ? err : rig->kernel->ops->mkdir(rig->kernel, path);
}

static int rig_rmdir(struct qda_sys *sys, const char *path)
{
    struct rig *rig = rig_of(sys);
    return rig->kernel->ops->rmdir(rig->kernel, path);
}

static ssize_t rig_read(struct qda_sys *sys, int fd, void *buf, size_t len)
{
    struct rig *rig = rig_of(sys);
    return rig->kernel->ops->read(rig->kernel, fd, buf, rig->chunk != 0 && len > rig->chunk ? rig->chunk : len);
}

void rig_open(struct rig *rig, const char *root)
{
    char path[512];
    const char *source = getenv("QDA_SOURCE_ROOT");
    snprintf(path, sizeof(path), "%s%s%s", root[0] == '/' ? "" : source, root[0] == '/' ? "" : "/test/fixtures/", root);
    *rig = (struct rig){ .kernel = qda_sys_linux(path) };
    rig->ops = *rig->kernel->ops;
    rig->ops.open = rig_open_file;
    rig->ops.stat = rig_stat;
    rig->ops.readlink = rig_readlink;
    rig->ops.list_dir = rig_list_dir;
    rig->ops.mkdir = rig_mkdir;
    rig->ops.rmdir = rig_rmdir;
    rig->ops.read = rig_read;
    rig->ops.open_files = NULL; /* the texts below the root are all there is */
    rig->base.ops = &rig->ops;
}

void rig_close(struct rig *rig)
{
    qda_sys_linux_free(rig->kernel);
}

/* ---- readings */

static void keep(char *out, size_t size, const char *text)
{
    snprintf(out, size, "%s", text);
}

int rig_on_reading(void *arg, const struct qda_reading *reading)
{
    struct rig_readings *readings = arg;
    if (readings->count == RIG_MAX)
        return -ENOSPC;
    struct rig_reading *kept = &readings->all[readings->count++];
    kept->has_value = reading->value != NULL;
    keep(kept->key, sizeof(kept->key), reading->key);
    keep(kept->value, sizeof(kept->value), reading->value != NULL ? reading->value : "");
    keep(kept->unit, sizeof(kept->unit), reading->unit);
    keep(kept->reason, sizeof(kept->reason), reading->reason);
    keep(kept->source, sizeof(kept->source), reading->source);
    return readings->stop_after != 0 && readings->count == readings->stop_after ? 77 : 0;
}

const struct rig_reading *rig_reading(const struct rig_readings *readings, const char *key)
{
    const struct rig_reading *found = NULL;
    for (size_t i = 0; i < readings->count; i++) {
        if (strcmp(readings->all[i].key, key) != 0)
            continue;
        if (found != NULL)
            printf("# %s was given twice\n", key);
        found = found != NULL ? NULL : &readings->all[i];
    }
    return found;
}

const char *rig_value(const struct rig_readings *readings, const char *key)
{
    const struct rig_reading *reading = rig_reading(readings, key);
    if (reading == NULL)
        return "(not given)";
    return reading->has_value ? reading->value : "(absent)";
}

/* ---- facts */

static void buffer_text(char *out, size_t size, const struct qda_fact *fact)
{
    char references[32] = "?";
    if (fact->buffer.has_references)
        snprintf(references, sizeof(references), "%" PRIu64, fact->buffer.references);
    snprintf(out, size, "buffer %" PRIu64 " %" PRIu64 " %s '%s' x%s %s", fact->buffer.ino, fact->buffer.size,
             fact->buffer.exporter, fact->buffer.name, references, fact->buffer.tier == QDA_TIER_PROC ? "proc" : "bufinfo");
}

int rig_on_fact(void *arg, const struct qda_fact *fact)
{
    struct rig_facts *facts = arg;
    if (facts->count == RIG_MAX)
        return -ENOSPC;
    char *out = facts->all[facts->count++];
    size_t size = sizeof(facts->all[0]);
    if (fact->kind == QDA_FACT_PROCESS)
        snprintf(out, size, "process %" PRIu32 " %s uid %" PRIu32 "%s", fact->process.pid, fact->process.comm,
                 fact->process.uid, fact->process.unreadable ? " unreadable" : "");
    else if (fact->kind == QDA_FACT_NODE)
        snprintf(out, size, "node %" PRIu32 " %" PRIu32 " %s", fact->node.pid, fact->node.fd, fact->node.path);
    else if (fact->kind == QDA_FACT_BUFFER)
        buffer_text(out, size, fact);
    else if (fact->kind == QDA_FACT_HOLDER)
        snprintf(out, size, "holder %" PRIu32 " %" PRIu32 " %" PRIu64, fact->holder.pid, fact->holder.fd, fact->holder.ino);
    else if (fact->kind == QDA_FACT_MAP)
        snprintf(out, size, "map %" PRIu32 " %" PRIu64 " %" PRIx64 "+%" PRIu64, fact->map.pid, fact->map.ino,
                 fact->map.start, fact->map.length);
    else
        snprintf(out, size, "attachment %" PRIu64 " %s", fact->attachment.ino, fact->attachment.device);
    return facts->stop_after != 0 && facts->count == facts->stop_after ? 77 : 0;
}

bool rig_has_fact(const struct rig_facts *facts, const char *text)
{
    size_t times = 0;
    for (size_t i = 0; i < facts->count; i++)
        times += strcmp(facts->all[i], text) == 0;
    return times == 1;
}

void rig_print_facts(const struct rig_facts *facts)
{
    for (size_t i = 0; i < facts->count; i++)
        printf("#   %s\n", facts->all[i]);
}

/* ---- files */

char *rig_text(const char *path)
{
    struct rig rig;
    char *text = NULL, full[256];
    snprintf(full, sizeof(full), "/%s", path);
    rig_open(&rig, ".");
    ssize_t got = qda_read_file_alloc(&rig.base, full, 1 << 20, &text);
    rig_close(&rig);
    if (got < 0)
        printf("# fixture %s: error %zd\n", path, got);
    return text;
}

void rig_temp_dir(char out[64])
{
    strcpy(out, "/tmp/qda-probe-XXXXXX");
    if (mkdtemp(out) == NULL) {
        perror("mkdtemp");
        abort();
    }
}

static int remove_one(const char *path, const struct stat *st, int kind, struct FTW *at)
{
    (void)st;
    (void)kind;
    (void)at;
    return remove(path);
}

void rig_remove(const char *dir)
{
    nftw(dir, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

void rig_write(const char *dir, const char *path, const char *text)
{
    char full[512];
    snprintf(full, sizeof(full), "%s%s", dir, path);
    for (char *slash = strchr(full + strlen(dir) + 1, '/'); slash != NULL; slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        mkdir(full, 0755);
        *slash = '/';
    }
    FILE *file = fopen(full, "w");
    if (file == NULL) {
        perror(full);
        abort();
    }
    fputs(text, file);
    fclose(file);
}
