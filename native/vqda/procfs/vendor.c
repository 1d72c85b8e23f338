/* SPDX-License-Identifier: MIT */
#include "vqda/procfs/tree.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "vqda/procfs/files.h"

/*
 * /usr/lib/rfsa/adsp: where a Linux board keeps what its DSPs run. The shell is the stand-in for the virtual DSP, unless a folder of
 * this machine was lent: then the files of that folder are there and nothing else.
 */
#define SHELL "fastrpc_shell_unsigned_3" /* 3: the domain of the compute DSP */
#define MAX_FILE (64u << 20)

extern const unsigned char qda_dsp_shell[]; /* native/dsp/shell, as it was built with this program */
extern const size_t qda_dsp_shell_len;

static int lent_folder = -1;

int vq_files_lend(const char *folder)
{
    int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return -errno;
    if (lent_folder >= 0)
        close(lent_folder);
    lent_folder = fd;
    return 0;
}

/* A descriptor of a plain file of the lent folder, none of a folder in it, or -errno. */
static int open_lent(const char *rest, struct stat *st)
{
    if (rest[0] != '/' || strchr(rest + 1, '/'))
        return -ENOENT;
    int fd = openat(lent_folder, rest + 1, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    if (fd < 0)
        return errno == ELOOP ? -ENOENT : -errno;
    if (fstat(fd, st) == 0 && S_ISREG(st->st_mode) && st->st_size <= MAX_FILE)
        return fd;
    close(fd);
    return -ENOENT;
}

static int stat_lent(const char *rest, struct vq_stat *out)
{
    struct stat st;
    int fd = open_lent(rest, &st);
    if (fd < 0)
        return fd;
    vq_stat_file(out, 0644, (uint64_t)st.st_size);
    close(fd);
    return 0;
}

static int read_lent(const char *rest, FILE *out)
{
    char bytes[16384];
    struct stat st;
    ssize_t got;
    int fd = open_lent(rest, &st);
    if (fd < 0)
        return fd;
    while ((got = read(fd, bytes, sizeof(bytes))) > 0 && fwrite(bytes, 1, (size_t)got, out) == (size_t)got) {
    }
    int err = got < 0 ? -errno : got > 0 ? -ENOMEM : 0;
    close(fd);
    return err;
}

static int list_lent(FILE *out)
{
    int fd = openat(lent_folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *names = fd < 0 ? NULL : fdopendir(fd);
    if (names == NULL) {
        int err = -errno;
        if (fd >= 0)
            close(fd);
        return err;
    }
    for (struct dirent *entry; (entry = readdir(names)) != NULL;) {
        if (entry->d_name[0] != '.')
            vq_say_name(out, entry->d_name);
    }
    closedir(names);
    return 0;
}

static bool is_shell(const char *rest)
{
    return strcmp(rest, "/" SHELL) == 0;
}

static int vendor_stat(const struct vq_board *board, const char *rest, struct vq_stat *out)
{
    (void)board;
    if (rest[0] == '\0')
        vq_stat_dir(out, 0755);
    else if (lent_folder >= 0)
        return stat_lent(rest, out);
    else if (is_shell(rest))
        vq_stat_file(out, 0644, qda_dsp_shell_len);
    else
        return -ENOENT;
    return 0;
}

static int vendor_list(const struct vq_board *board, const char *rest, FILE *out)
{
    struct vq_stat st;
    if (rest[0] != '\0')
        return vendor_stat(board, rest, &st) == 0 ? -ENOTDIR : -ENOENT;
    if (lent_folder >= 0)
        return list_lent(out);
    vq_say_name(out, SHELL);
    return 0;
}

static int vendor_read(struct vq_board *board, const char *rest, FILE *out)
{
    (void)board;
    if (rest[0] == '\0')
        return -EISDIR;
    if (lent_folder >= 0)
        return read_lent(rest, out);
    if (!is_shell(rest))
        return -ENOENT;
    return fwrite(qda_dsp_shell, 1, qda_dsp_shell_len, out) == qda_dsp_shell_len ? 0 : -ENOMEM;
}

const struct vq_room vq_room_vendor = {
    .prefix = "/usr/lib/rfsa/adsp", .stat = vendor_stat, .list = vendor_list, .read = vendor_read
};
