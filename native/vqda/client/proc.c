/* SPDX-License-Identifier: MIT */
#include "vqda/client/impl.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "vqda/core/board.h"

/*
 * /proc of the machine that plays the board, with this board's descriptors shown as a kernel shows them. The server's own
 * process is the board's inside, not a process on the board: its descriptors stay what they are.
 */

enum view { VIEW_PLAIN, VIEW_FD, VIEW_FDINFO, VIEW_MAPS };

/* "/proc/PID/fd/N" and the like; *server: PID is the virtual QDA itself. */
static enum view view_of(const struct vqc_client *client, const char *path)
{
    char *end;
    const char *pid = path + sizeof("/proc/") - 1;
    if (strncmp(path, "/proc/", sizeof("/proc/") - 1) != 0)
        return VIEW_PLAIN;
    if (strtol(pid, &end, 10) == client->server_pid && end != pid)
        return VIEW_PLAIN;
    if (end == pid && strncmp(pid, "self/", 5) == 0)
        end += 4;
    if (end == pid)
        return VIEW_PLAIN;
    if (strncmp(end, "/fd/", 4) == 0 && isdigit((unsigned char)end[4]))
        return VIEW_FD;
    if (strncmp(end, "/fdinfo/", 8) == 0)
        return VIEW_FDINFO;
    return strcmp(end, "/maps") == 0 ? VIEW_MAPS : VIEW_PLAIN;
}

/* ---- fdinfo */

/* The row of the dma-buf that an fdinfo text is about. */
static bool row_of_fdinfo(struct vqc_client *client, const char *text, bool counted, struct vq_inode *row)
{
    struct vqc_fdinfo info;
    if (!vqc_fdinfo_parse(text, &info) || (info.flags & VQ_DMABUF_MARK) == 0 || info.mnt_id != client->shm_mnt_id)
        return false;
    return counted ? vqc_table_find_counted(client, info.ino, row)
                   : vqc_table_find(client, info.ino, VQ_INODE_DMABUF, row);
}

static int read_all(int fd, char **out, size_t *len)
{
    size_t room = 4096, got = 0;
    char *text = malloc(room);
    while (text != NULL) {
        ssize_t n = read(fd, text + got, room - got - 1);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0) {
            int err = n < 0 ? -errno : 0;
            text[got] = '\0';
            *out = text;
            *len = got;
            if (err < 0)
                free(text);
            return err;
        }
        got += (size_t)n;
        if (room - got > 1024)
            continue;
        char *bigger = realloc(text, room *= 2);
        if (bigger == NULL)
            break;
        text = bigger;
    }
    free(text);
    return -ENOMEM;
}

/* What the descriptor shall read instead, NULL: what it says itself. */
typedef char *(*rewrite_fn)(struct vqc_client *client, const char *machine, size_t *len);

/* An open node's is the core's four lines; a socket's has more. */
static char *node_fdinfo(struct vqc_client *client, const char *machine, size_t *len)
{
    struct vqc_fdinfo info;
    struct vq_inode row;
    const char *more = strstr(machine, "scm_fds:");
    if (more == NULL || !vqc_fdinfo_parse(machine, &info) || !vqc_table_find(client, info.ino, VQ_INODE_FILE, &row))
        return NULL;
    *len = (size_t)(more - machine);
    return strndup(machine, *len);
}

static char *rewrite_fdinfo(struct vqc_client *client, const char *machine, size_t *len)
{
    struct vq_inode row;
    char *node = node_fdinfo(client, machine, len);
    if (node != NULL)
        return node;
    return row_of_fdinfo(client, machine, true, &row) ? vqc_fdinfo_rewrite(machine, &row, len) : NULL;
}

static int open_rewritten(struct vqc_client *client, const char *path, int flags, rewrite_fn rewrite)
{
    char *machine;
    size_t len;
    int fd = client->kernel->ops->open(client->kernel, path, flags);
    if (fd < 0)
        return fd;
    int err = read_all(fd, &machine, &len);
    if (err == 0) {
        char *text = rewrite(client, machine, &len);
        if (text != NULL)
            free(machine);
        /* What needs no change is given from here too: the kernel would make it a second time. */
        err = vqc_overlay_add(client, fd, text != NULL ? text : machine, len, NULL);
    }
    if (err == 0)
        return fd;
    close(fd);
    return err;
}

/* ---- maps */

static void write_maps_line(struct vqc_client *client, FILE *out, const char *line, size_t len)
{
    uint64_t ino = 0;
    struct vq_inode row;
    const char *path = vqc_maps_path(line, len, &ino);
    if (path == NULL || strncmp(path, client->memfd_prefix, strlen(client->memfd_prefix)) != 0) {
        fwrite(line, 1, len, out);
        return;
    }
    fwrite(line, 1, (size_t)(path - line), out);
    if (vqc_table_find(client, ino, VQ_INODE_DMABUF, &row))
        fprintf(out, "/dmabuf:%s", row.name);
    else if (vqc_table_find(client, ino, VQ_INODE_FILE, &row)) /* memory of an object that was never exported */
        fputs(row.path, out);
    else
        fwrite(path, 1, len - (size_t)(path - line), out);
}

static char *rewrite_maps(struct vqc_client *client, const char *machine, size_t *len)
{
    char *text = NULL;
    if (strstr(machine, client->memfd_prefix) == NULL)
        return NULL;
    FILE *out = open_memstream(&text, len);
    if (out == NULL)
        return NULL;
    for (const char *line = machine; *line != '\0';) {
        const char *end = strchr(line, '\n');
        size_t n = end != NULL ? (size_t)(end - line) : strlen(line);
        write_maps_line(client, out, line, n);
        if (end != NULL)
            fputc('\n', out);
        line += n + (end != NULL);
    }
    bool failed = ferror(out) != 0;
    if (fclose(out) != 0 || failed) {
        free(text);
        return NULL;
    }
    return text;
}

int vqc_proc_open(struct vqc_client *client, const char *path, int flags)
{
    switch (view_of(client, path)) {
    case VIEW_FDINFO:
        return open_rewritten(client, path, flags, rewrite_fdinfo);
    case VIEW_MAPS:
        return open_rewritten(client, path, flags, rewrite_maps);
    default:
        return client->kernel->ops->open(client->kernel, path, flags);
    }
}

/* ---- links of descriptors */

static ssize_t say(char *buf, size_t len, const char *prefix, const char *text)
{
    int n = snprintf(buf, len, "%s%s", prefix, text);
    return n < 0 ? -EIO : ((size_t)n < len ? n : (ssize_t)len - 1);
}

/* Is this memfd, which is not named as the board's, a udmabuf? Its inode is the memfd's own, so the mark decides. */
static bool is_udmabuf(struct vqc_client *client, const char *path, struct vq_inode *row)
{
    char info[512] = "";
    char text[1024] = "";
    const char *fd = strrchr(path, '/');
    size_t pid_len = (size_t)(fd - path) - sizeof("/fd") + 1;
    if (pid_len + 64 > sizeof(info))
        return false;
    snprintf(info, sizeof(info), "%.*s/fdinfo%s", (int)pid_len, path, fd);
    int in = client->kernel->ops->open(client->kernel, info, O_RDONLY);
    if (in < 0)
        return false;
    ssize_t got = read(in, text, sizeof(text) - 1);
    close(in);
    return got > 0 && row_of_fdinfo(client, text, false, row);
}

static ssize_t readlink_memfd(struct vqc_client *client, const char *path, char *buf, size_t len)
{
    struct qda_stat st;
    struct vq_inode row;
    bool ours = strncmp(buf, client->memfd_prefix, strlen(client->memfd_prefix)) == 0;
    if (ours && !vqc_table_has_names(client))
        return say(buf, len, "/dmabuf:", "");
    if (!ours && strncmp(buf, "/memfd:" VQ_MEMFD_PREFIX, sizeof("/memfd:" VQ_MEMFD_PREFIX) - 1) == 0)
        return (ssize_t)strlen(buf); /* another board's */
    if (!ours)
        return vqc_table_has_udmabuf(client) && is_udmabuf(client, path, &row) ? say(buf, len, "/dmabuf:", row.name)
                                                                               : (ssize_t)strlen(buf);
    if (client->kernel->ops->stat(client->kernel, path, &st) < 0)
        return -ENOENT;
    bool known = vqc_table_find(client, st.ino, VQ_INODE_DMABUF, &row);
    return say(buf, len, "/dmabuf:", known ? row.name : "");
}

ssize_t vqc_proc_readlink(struct vqc_client *client, const char *path, char *buf, size_t len)
{
    struct vq_inode row;
    ssize_t got = client->kernel->ops->readlink(client->kernel, path, buf, len);
    if (got <= 0 || view_of(client, path) != VIEW_FD)
        return got;
    if (strncmp(buf, "/memfd:", 7) == 0)
        return readlink_memfd(client, path, buf, len);
    if (strncmp(buf, "socket:[", 8) != 0)
        return got;
    uint64_t ino = strtoull(buf + 8, NULL, 10);
    return vqc_table_find(client, ino, VQ_INODE_FILE, &row) ? say(buf, len, "", row.path) : got;
}

/* ---- stat, listing */

static bool is_dmabuf_link(struct vqc_client *client, const char *path, const struct qda_stat *st)
{
    struct vq_inode row;
    return st->dev == client->shm_dev && view_of(client, path) == VIEW_FD &&
           vqc_table_find(client, st->ino, VQ_INODE_DMABUF, &row) &&
           (strcmp(row.path, "udmabuf") != 0 || is_udmabuf(client, path, &row));
}

int vqc_proc_stat(struct vqc_client *client, const char *path, struct qda_stat *out)
{
    struct vq_inode row;
    struct qda_stat node;
    int err = client->kernel->ops->stat(client->kernel, path, out);
    if (err == 0 && is_dmabuf_link(client, path, out))
        out->dev = VQC_DMABUF_DEV;
    if (err < 0 || !S_ISSOCK(out->mode) || view_of(client, path) != VIEW_FD)
        return err;
    if (!vqc_table_find(client, out->ino, VQ_INODE_FILE, &row) || vqc_board_stat(client, row.path, &node) < 0)
        return 0;
    out->mode = node.mode;
    out->uid = node.uid;
    out->rdev_major = node.rdev_major;
    out->rdev_minor = node.rdev_minor;
    return 0;
}

struct processes {
    const struct vqc_client *client;
    qda_dirent_fn fn;
    void *arg;
};

/* The server is no process of the board. */
static int list_process(void *arg, const char *name)
{
    const struct processes *list = arg;
    return strtol(name, NULL, 10) == list->client->server_pid ? 0 : list->fn(list->arg, name);
}

int vqc_proc_list(struct vqc_client *client, const char *path, qda_dirent_fn fn, void *arg)
{
    struct processes list = { client, fn, arg };
    if (strcmp(path, "/proc") != 0 && strcmp(path, "/proc/") != 0)
        return client->kernel->ops->list_dir(client->kernel, path, fn, arg);
    (void)vqc_table_refresh(client, false); /* a dead server has no descriptors to show */
    return client->kernel->ops->list_dir(client->kernel, path, list_process, &list);
}

int vqc_proc_init(struct vqc_client *client)
{
    char path[64], text[512] = "";
    struct vqc_fdinfo info;
    struct stat st;
    int fd = memfd_create("qda-probe", MFD_CLOEXEC);
    if (fd < 0)
        return -errno;
    client->shm_dev = fstat(fd, &st) == 0 ? st.st_dev : 0;
    snprintf(path, sizeof(path), "/proc/self/fdinfo/%d", fd);
    int in = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t got = in < 0 ? -1 : read(in, text, sizeof(text) - 1);
    if (in >= 0)
        close(in);
    close(fd);
    if (got <= 0 || !vqc_fdinfo_parse(text, &info))
        return -EIO;
    client->shm_mnt_id = info.mnt_id;
    return 0;
}
