/* SPDX-License-Identifier: MIT */
#include "check.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sys/sys.h"

/* Files below a folder by names that somebody else gave: what is opened, what is refused, and no way out while the folder changes. */

static struct qda_sys *sys; /* rooted in `root` */
static char root[] = "/tmp/qda-test-below-XXXXXX";

static const char *at(const char *path)
{
    static char full[4][256];
    static unsigned next;
    char *out = full[next++ % 4];
    snprintf(out, 256, "%s%s", root, path);
    return out;
}

static void put(const char *path, const char *text)
{
    int fd = open(at(path), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    CHECK_INT(write(fd, text, strlen(text)), strlen(text));
    close(fd);
}

static void make_tree(void)
{
    for (size_t i = 0; i < 5; i++)
        CHECK_INT(mkdir(at((const char *const[]){"/d", "/d/sub", "/d/way", "/out", "/d/..."}[i]), 0700), 0);
    put("/d/a", "in");
    put("/d/sub/deep", "in");
    put("/d/.../a", "in");
    put("/d/way/a", "in");
    put("/out/a", "out");
    CHECK_INT(symlink("a", at("/d/link")), 0);
    CHECK_INT(symlink("../out/a", at("/d/leads-out")), 0);
    CHECK_INT(symlink("../out", at("/d/other")), 0);
    CHECK_INT(symlink("d", at("/to-d")), 0);
    CHECK_INT(mkfifo(at("/d/pipe"), 0600), 0);
}

static void remove_tree(void)
{
    static const char *const names[] = {"/d/a", "/d/sub/deep", "/d/.../a", "/d/way/a", "/d/way", "/d/other/a", "/d/other", "/out/a",
                                        "/d/link", "/d/leads-out", "/d/way", "/d/other", "/to-d", "/d/pipe", "/d/sub", "/d/...",
                                        "/d", "/out", ""};
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        remove(at(names[i]));
    CHECK(access(root, F_OK) < 0);
}

/* The first letter of the file, or -errno. */
static int letter(const char *folder, const char *name)
{
    char c;
    int fd = qda_open_below(sys, folder, name);
    if (fd < 0)
        return fd;
    CHECK_INT(fcntl(fd, F_GETFD) & FD_CLOEXEC, FD_CLOEXEC);
    CHECK_INT(fcntl(fd, F_GETFL) & O_ACCMODE, O_RDONLY);
    int got = sys->ops->read(sys, fd, &c, 1) == 1 ? c : -EIO;
    sys->ops->close(sys, fd);
    return got;
}

static void test_files(void)
{
    CHECK_INT(letter("/d", "a"), 'i');
    CHECK_INT(letter("/d", "sub/deep"), 'i');
    CHECK_INT(letter("/d", ".../a"), 'i'); /* three dots are a name */
    CHECK_INT(letter("/d/", "a"), 'i');
    CHECK_INT(letter("/to-d", "a"), 'i'); /* the folder's own links are its user's */
    CHECK_INT(letter("/d", "none"), -ENOENT);
    CHECK_INT(letter("/d", "none/a"), -ENOENT);
    CHECK_INT(letter("/d", "a/b"), -ENOTDIR);
    CHECK_INT(letter("/d/a", "b"), -ENOTDIR);
    CHECK_INT(letter("/none", "a"), -ENOENT);
    CHECK_INT(letter("d", "a"), -EINVAL);
    CHECK_INT(letter("/d/../d", "a"), -EINVAL);
}

static void test_names(void)
{
    static const char *const bad[] = {"", "/", ".", "..", "/a", "a/", "./a", "../out/a", "sub/../a", "sub/../../out/a", "sub/..",
                                      "sub//deep", "sub/./deep", "/out/a"};
    char name[NAME_MAX + 4];
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
        CHECK_INT(letter("/d", bad[i]), -EINVAL);
    memset(name, 'n', sizeof(name));
    name[NAME_MAX + 1] = '\0';
    CHECK_INT(letter("/d", name), -EINVAL);
    name[NAME_MAX] = '\0';
    CHECK_INT(letter("/d", name), -ENOENT);
}

static void test_links_and_devices(void)
{
    CHECK_INT(letter("/d", "link"), -ELOOP); /* also where it stays within */
    CHECK_INT(letter("/d", "leads-out"), -ELOOP);
    CHECK_INT(letter("/d", "other/a"), -ELOOP);
    CHECK_INT(letter("/d", "sub"), -EINVAL);
    CHECK_INT(letter("/d", "pipe"), -EINVAL); /* and nothing waits for its other end */
    struct qda_sys *machine = qda_sys_linux("");
    CHECK_INT(qda_open_below(machine, "/dev", "null"), -EINVAL);
    CHECK_INT(qda_open_below(machine, "/proc/self", "root/etc/passwd"), -ELOOP); /* a link of the kernel's own */
    qda_sys_linux_free(machine);
}

static atomic_bool stop;

/* Folder and link, file and link change places all the time. */
static void *change(void *arg)
{
    (void)arg;
    while (!atomic_load(&stop)) {
        renameat2(AT_FDCWD, at("/d/way"), AT_FDCWD, at("/d/other"), RENAME_EXCHANGE);
        renameat2(AT_FDCWD, at("/d/a"), AT_FDCWD, at("/d/leads-out"), RENAME_EXCHANGE);
    }
    return NULL;
}

static void test_changes(void)
{
    static const char *const names[] = {"way/a", "other/a", "a", "leads-out"};
    unsigned in = 0, refused = 0;
    pthread_t thread;
    atomic_store(&stop, false);
    CHECK_INT(pthread_create(&thread, NULL, change, NULL), 0);
    for (unsigned i = 0; i < 40000 && !(i >= 8000 && in > 0 && refused > 0); i++) {
        int got = letter("/d", names[i % 4]);
        in += got == 'i';
        refused += got < 0;
        if (!CHECK(got == 'i' || got == -ELOOP || got == -ENOTDIR))
            break;
    }
    atomic_store(&stop, true);
    pthread_join(thread, NULL);
    CHECK(in > 0);
}

int main(void)
{
    if (mkdtemp(root) == NULL || (sys = qda_sys_linux(root)) == NULL)
        return 1;
    make_tree();
    check_run("plain files below a folder", test_files);
    check_run("names that lead elsewhere", test_names);
    check_run("links, folders, pipes and devices", test_links_and_devices);
    check_run("a folder that changes meanwhile leads nowhere else", test_changes);
    remove_tree();
    qda_sys_linux_free(sys);
    return check_done();
}
