/* SPDX-License-Identifier: MIT */
#include "check.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "sys/raw_files.h"
#include "sys/sys.h"

/* Every op of the kernel backend, in a folder of its own, with the exact -errno of what fails. */
static struct qda_sys *sys; /* rooted in `root` */
static char root[] = "/tmp/qda-test-sys-XXXXXX";

static int put_file(const char *path, const char *text)
{
    int fd = sys->ops->open(sys, path, O_WRONLY | O_CREAT | O_TRUNC);
    if (fd < 0)
        return fd;
    ssize_t put = sys->ops->write(sys, fd, text, strlen(text));
    sys->ops->close(sys, fd);
    return put == (ssize_t)strlen(text) ? 0 : -EIO;
}

static void remove_file(const char *path)
{
    char full[256];
    snprintf(full, sizeof(full), "%s%s", root, path);
    unlink(full);
}

static void test_root(void)
{
    char outside[256];
    struct qda_stat st;
    snprintf(outside, sizeof(outside), "/../%s", root + 1);
    CHECK_INT(put_file("/in", "in"), 0);
    CHECK_INT(sys->ops->stat(sys, "/in", &st), 0);
    CHECK_INT(st.size, 2);
    CHECK(S_ISREG(st.mode));
    CHECK_INT(st.uid, getuid());
    CHECK_INT(sys->ops->stat(sys, "/etc/passwd", &st), -ENOENT);
    CHECK_INT(sys->ops->stat(sys, outside, &st), -EINVAL);
    CHECK_INT(sys->ops->open(sys, "/x/..", O_RDONLY), -EINVAL);
    CHECK_INT(sys->ops->open(sys, "in", O_RDONLY), -EINVAL);
    CHECK_INT(sys->ops->open(sys, "", O_RDONLY), -EINVAL);
    CHECK_INT(put_file("/..in", "dots that are no component"), 0);
    remove_file("/in");
    remove_file("/..in");
}

static void test_long_path(void)
{
    char path[5000];
    struct qda_stat st;
    memset(path, 'x', sizeof(path) - 1);
    path[0] = '/';
    path[sizeof(path) - 1] = '\0';
    CHECK_INT(sys->ops->stat(sys, path, &st), -ENAMETOOLONG);
    CHECK_INT(sys->ops->open(sys, path, O_RDONLY), -ENAMETOOLONG);
}

static void test_open_is_close_on_exec(void)
{
    CHECK_INT(put_file("/f", "abc"), 0);
    int fd = sys->ops->open(sys, "/f", O_RDONLY);
    CHECK(fd >= 0);
    CHECK_INT(fcntl(fd, F_GETFD) & FD_CLOEXEC, FD_CLOEXEC);
    CHECK_INT(sys->ops->close(sys, fd), 0);
    CHECK_INT(sys->ops->close(sys, -1), -EBADF);
    remove_file("/f");
}

static void test_descriptors(void)
{
    char buf[8];
    struct qda_stat by_fd, by_path;
    CHECK_INT(put_file("/f", "hello"), 0);
    int fd = sys->ops->open(sys, "/f", O_RDONLY);
    CHECK_INT(sys->ops->read(sys, fd, buf, sizeof(buf)), 5);
    CHECK_MEM(buf, "hello", 5);
    CHECK_INT(sys->ops->read(sys, fd, buf, sizeof(buf)), 0);
    CHECK_INT(sys->ops->write(sys, fd, buf, 1), -EBADF);
    CHECK_INT(sys->ops->read(sys, -1, buf, 1), -EBADF);
    CHECK_INT(sys->ops->seek_end(sys, fd), 5);
    CHECK_INT(sys->ops->seek_end(sys, -1), -EBADF);
    CHECK_INT(sys->ops->fstat(sys, fd, &by_fd), 0);
    CHECK_INT(sys->ops->stat(sys, "/f", &by_path), 0);
    CHECK_INT(by_fd.ino, by_path.ino);
    CHECK_INT(by_fd.dev, by_path.dev);
    CHECK_INT(sys->ops->fstat(sys, -1, &by_fd), -EBADF);
    sys->ops->close(sys, fd);
    remove_file("/f");
}

static void test_device_numbers(void)
{
    struct qda_sys *board = qda_sys_linux("");
    struct qda_stat st;
    CHECK_INT(board->ops->stat(board, "/dev/null", &st), 0);
    CHECK(S_ISCHR(st.mode));
    CHECK_INT(st.rdev_major, 1);
    CHECK_INT(st.rdev_minor, 3);
    CHECK(!board->simulated);
    qda_sys_linux_free(board);
}

static void test_ioctl(void)
{
    int pair[2], waiting = -1;
    CHECK_INT(sys->ops->socketpair(sys, pair), 0);
    CHECK_INT(sys->ops->send_fd(sys, pair[0], "four", 4, -1), 0);
    CHECK_INT(sys->ops->ioctl(sys, pair[1], FIONREAD, &waiting), 0);
    CHECK_INT(waiting, 4);
    CHECK_INT(sys->ops->ioctl(sys, pair[1], 0xc0106441u, &waiting), -ENOTTY);
    CHECK_INT(sys->ops->ioctl(sys, -1, FIONREAD, &waiting), -EBADF);
    sys->ops->close(sys, pair[0]);
    sys->ops->close(sys, pair[1]);
}

static void test_mmap(void)
{
    int err = 1;
    int fd = sys->ops->memfd(sys, "map", 8192);
    char *addr = sys->ops->mmap(sys, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 4096, &err);
    char back[3];
    CHECK_INT(err, 0);
    if (!CHECK(addr != NULL))
        return;
    memcpy(addr, "abc", 3);
    CHECK_INT(pread(fd, back, 3, 4096), 3);
    CHECK_MEM(back, "abc", 3);
    CHECK_INT(sys->ops->munmap(sys, addr, 4096), 0);
    CHECK_INT(sys->ops->munmap(sys, (void *)1, 4096), -EINVAL);
    CHECK(sys->ops->mmap(sys, 4096, PROT_READ, MAP_SHARED, -1, 0, &err) == NULL);
    CHECK_INT(err, -EBADF);
    CHECK(sys->ops->mmap(sys, 0, PROT_READ, MAP_SHARED, fd, 0, &err) == NULL);
    CHECK_INT(err, -EINVAL);
    sys->ops->close(sys, fd);
}

static void test_poll(void)
{
    int pair[2];
    CHECK_INT(sys->ops->socketpair(sys, pair), 0);
    CHECK_INT(sys->ops->poll(sys, pair[0], POLLIN, 0), 0);
    CHECK_INT(sys->ops->poll(sys, pair[0], POLLOUT, 0), POLLOUT);
    sys->ops->close(sys, pair[1]);
    CHECK((sys->ops->poll(sys, pair[0], POLLIN, 1000) & POLLHUP) != 0);
    sys->ops->close(sys, pair[0]);
    CHECK_INT(sys->ops->poll(sys, pair[0], POLLIN, 0), POLLNVAL);
}

static void test_readlink(void)
{
    char full[256], buf[16];
    snprintf(full, sizeof(full), "%s/link", root);
    CHECK_INT(symlink("/dmabuf:name", full), 0);
    CHECK_INT(sys->ops->readlink(sys, "/link", buf, sizeof(buf)), 12);
    CHECK_STR(buf, "/dmabuf:name");
    CHECK_INT(sys->ops->readlink(sys, "/link", buf, 5), 4);
    CHECK_STR(buf, "/dma");
    CHECK_INT(sys->ops->readlink(sys, "/link", buf, 1), -EINVAL);
    CHECK_INT(sys->ops->readlink(sys, "/none", buf, sizeof(buf)), -ENOENT);
    remove_file("/link");
}

struct seen {
    int count;
    int stop_at;
    bool dots;
};

static int see(void *arg, const char *name)
{
    struct seen *seen = arg;
    seen->dots = seen->dots || name[0] == '.';
    return ++seen->count == seen->stop_at ? 77 : 0;
}

static void test_folders(void)
{
    struct seen all = { 0 }, two = { .stop_at = 2 };
    CHECK_INT(sys->ops->mkdir(sys, "/d"), 0);
    CHECK_INT(sys->ops->mkdir(sys, "/d"), -EEXIST);
    CHECK_INT(put_file("/d/a", ""), 0);
    CHECK_INT(put_file("/d/b", ""), 0);
    CHECK_INT(put_file("/d/c", ""), 0);
    CHECK_INT(sys->ops->list_dir(sys, "/d", see, &all), 0);
    CHECK_INT(all.count, 3);
    CHECK(!all.dots);
    CHECK_INT(sys->ops->list_dir(sys, "/d", see, &two), 77);
    CHECK_INT(two.count, 2);
    CHECK_INT(sys->ops->list_dir(sys, "/none", see, &all), -ENOENT);
    CHECK_INT(sys->ops->list_dir(sys, "/d/a", see, &all), -ENOTDIR);
    CHECK_INT(sys->ops->rmdir(sys, "/d"), -ENOTEMPTY);
    remove_file("/d/a");
    remove_file("/d/b");
    remove_file("/d/c");
    CHECK_INT(sys->ops->rmdir(sys, "/d"), 0);
    CHECK_INT(sys->ops->rmdir(sys, "/d"), -ENOENT);
}

static void test_clocks(void)
{
    uint64_t before = sys->ops->now_ns(sys);
    uint64_t after = sys->ops->now_ns(sys);
    CHECK(after >= before);
    CHECK(sys->ops->utc_ns(sys) > 1700000000u * UINT64_C(1000000000));
}

static void test_pass_descriptor(void)
{
    int pair[2], came = -1;
    char buf[16];
    CHECK_INT(sys->ops->socketpair(sys, pair), 0);
    int fd = sys->ops->memfd(sys, "passed", 4096);
    struct qda_stat sent, got;
    CHECK_INT(sys->ops->fstat(sys, fd, &sent), 0);
    CHECK_INT(sys->ops->send_fd(sys, pair[0], "hi", 2, fd), 0);
    CHECK_INT(sys->ops->recv_fd(sys, pair[1], buf, sizeof(buf), &came), 2);
    CHECK_MEM(buf, "hi", 2);
    if (CHECK(came >= 0 && came != fd)) {
        CHECK_INT(sys->ops->fstat(sys, came, &got), 0);
        CHECK_INT(got.ino, sent.ino);
        CHECK_INT(fcntl(came, F_GETFD) & FD_CLOEXEC, FD_CLOEXEC);
        sys->ops->close(sys, came);
    }
    CHECK_INT(sys->ops->send_fd(sys, pair[0], "none", 4, -1), 0);
    CHECK_INT(sys->ops->recv_fd(sys, pair[1], buf, sizeof(buf), &came), 4);
    CHECK_INT(came, -1);
    sys->ops->close(sys, fd);
    sys->ops->close(sys, pair[0]);
    sys->ops->close(sys, pair[1]);
}

static size_t open_descriptors(void)
{
    struct seen seen = { 0 };
    struct qda_sys *board = qda_sys_linux("");
    CHECK_INT(board->ops->list_dir(board, "/proc/self/fd", see, &seen), 0);
    qda_sys_linux_free(board);
    return (size_t)seen.count;
}

static void send_two(int sock, int fd)
{
    char control[CMSG_SPACE(2 * sizeof(int))] __attribute__((aligned(8))) = { 0 };
    struct iovec iov = { .iov_base = (char[]){ "x" }, .iov_len = 1 };
    struct msghdr msg = { .msg_iov = &iov, .msg_iovlen = 1, .msg_control = control, .msg_controllen = sizeof(control) };
    struct cmsghdr *head = CMSG_FIRSTHDR(&msg);
    int fds[2] = { fd, fd };
    head->cmsg_level = SOL_SOCKET;
    head->cmsg_type = SCM_RIGHTS;
    head->cmsg_len = CMSG_LEN(sizeof(fds));
    memcpy(CMSG_DATA(head), fds, sizeof(fds));
    CHECK_INT(sendmsg(sock, &msg, 0), 1);
}

static void test_pass_descriptor_errors(void)
{
    int pair[2], came = 5;
    char buf[4];
    CHECK_INT(sys->ops->socketpair(sys, pair), 0);
    size_t before = open_descriptors();
    CHECK_INT(sys->ops->send_fd(sys, pair[0], "longer than that", 16, pair[0]), 0);
    CHECK_INT(sys->ops->recv_fd(sys, pair[1], buf, sizeof(buf), &came), -EMSGSIZE);
    CHECK_INT(came, -1);
    send_two(pair[0], pair[0]);
    CHECK_INT(sys->ops->recv_fd(sys, pair[1], buf, sizeof(buf), &came), -EMFILE);
    CHECK_INT(came, -1);
    CHECK_INT(open_descriptors(), before); /* what came by halves was closed */
    CHECK_INT(sys->ops->send_fd(sys, pair[0], "", 0, -1), -EINVAL);
    CHECK_INT(sys->ops->send_fd(sys, pair[0], "x", 1, 9999), -EBADF);
    CHECK_INT(sys->ops->send_fd(sys, -1, "x", 1, -1), -EBADF);
    sys->ops->close(sys, pair[0]);
    CHECK_INT(sys->ops->send_fd(sys, pair[1], "x", 1, -1), -EPIPE); /* and no SIGPIPE */
    if (CHECK((sys->ops->poll(sys, pair[1], POLLIN, 0) & POLLHUP) != 0)) /* else it would wait for ever */
        CHECK_INT(sys->ops->recv_fd(sys, pair[1], buf, sizeof(buf), &came), 0);
    sys->ops->close(sys, pair[1]);
}

static void test_memfd_seals(void)
{
    int fd = sys->ops->memfd(sys, "sealed", 12288);
    CHECK(fd >= 0);
    CHECK_INT(fcntl(fd, F_GET_SEALS), F_SEAL_SHRINK);
    CHECK_INT(sys->ops->seek_end(sys, fd), 12288);
    CHECK_INT(fcntl(fd, F_GETFD) & FD_CLOEXEC, FD_CLOEXEC);
    CHECK_INT(ftruncate(fd, 0), -1);
    sys->ops->close(sys, fd);
    CHECK_INT(sys->ops->memfd(sys, "too large", UINT64_MAX), -EINVAL);
}

/* Runs a shell command with descriptors; its exit status, or -errno. */
static int run_shell(const char *command, const int *fds, size_t count)
{
    const char *argv[] = { "/bin/sh", "-c", command, NULL };
    const struct qda_spawn what = { .argv = argv, .fds = fds, .fd_count = count };
    int status = -1;
    int pid = sys->ops->spawn(sys, &what);
    if (pid < 0)
        return pid;
    int done = sys->ops->wait(sys, pid, &status, true);
    if (!CHECK_INT(done, pid))
        return -ECHILD;
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

static int text_memfd(const char *text)
{
    int fd = sys->ops->memfd(sys, "text", 0);
    CHECK_INT(sys->ops->write(sys, fd, text, strlen(text)), strlen(text));
    lseek(fd, 0, SEEK_SET);
    return fd;
}

static void test_spawn_moves_descriptors(void)
{
    int first = text_memfd("first\n");
    int second = text_memfd("second\n");
    const int fds[2] = { second, first };
    size_t before = open_descriptors();
    CHECK_INT(run_shell("read a <&3; read b <&4; [ $a = second ] && [ $b = first ]", fds, 2), 0);
    CHECK_INT(open_descriptors(), before);
    sys->ops->close(sys, first);
    sys->ops->close(sys, second);
}

/* Source and target numbers crosswise: a plain loop of dup2 would give the child one file twice. */
static void test_spawn_swaps_three_and_four(void)
{
    int spare3 = fcntl(3, F_GETFD) >= 0 ? fcntl(3, F_DUPFD_CLOEXEC, 50) : -1;
    int spare4 = fcntl(4, F_GETFD) >= 0 ? fcntl(4, F_DUPFD_CLOEXEC, 50) : -1;
    int first = text_memfd("first\n"), second = text_memfd("second\n");
    int high1 = fcntl(first, F_DUPFD_CLOEXEC, 60), high2 = fcntl(second, F_DUPFD_CLOEXEC, 60);
    const int swapped[2] = { 4, 3 };
    sys->ops->close(sys, first);
    sys->ops->close(sys, second);
    CHECK_INT(dup3(high1, 3, O_CLOEXEC), 3);
    CHECK_INT(dup3(high2, 4, O_CLOEXEC), 4);
    CHECK_INT(run_shell("read a <&3; read b <&4; [ $a = second ] && [ $b = first ]", swapped, 2), 0);
    close(3);
    close(4);
    if (spare3 >= 0) {
        dup2(spare3, 3);
        close(spare3);
    }
    if (spare4 >= 0) {
        dup2(spare4, 4);
        close(spare4);
    }
    close(high1);
    close(high2);
}

/* A child has the three standard ones and what it was given; its signals are plain. */
static void test_spawn_is_clean(void)
{
    sigset_t blocked, before;
    int extra = sys->ops->memfd(sys, "not for the child", 1);
    sigemptyset(&blocked);
    sigaddset(&blocked, SIGTERM);
    sigprocmask(SIG_BLOCK, &blocked, &before);
    signal(SIGPIPE, SIG_IGN);
    CHECK_INT(run_shell("for f in /proc/$$/fd/*; do case $(readlink $f) in *'not for the child'*) exit 9;; esac; done", NULL, 0),
              0);
    CHECK_INT(run_shell("kill -TERM $$; exit 3", NULL, 0), 128 + SIGTERM);
    CHECK_INT(run_shell("kill -PIPE $$; exit 3", NULL, 0), 128 + SIGPIPE);
    signal(SIGPIPE, SIG_DFL);
    sigprocmask(SIG_SETMASK, &before, NULL);
    sys->ops->close(sys, extra);
}

static void test_spawn_errors(void)
{
    const char *argv[] = { "/no/such/program", NULL };
    const int bad_fd[1] = { 9999 };
    const struct qda_spawn missing = { .argv = argv };
    size_t before = open_descriptors();
    CHECK_INT(sys->ops->spawn(sys, &missing), -ENOENT);
    CHECK_INT(run_shell("true", bad_fd, 1), -EBADF);
    CHECK_INT(open_descriptors(), before);
}

static void test_wait_and_kill(void)
{
    const char *argv[] = { "/bin/sh", "-c", "read never <&3", NULL };
    int pair[2], status = 0;
    CHECK_INT(sys->ops->socketpair(sys, pair), 0);
    const struct qda_spawn what = { .argv = argv, .fds = &pair[1], .fd_count = 1 };
    int pid = sys->ops->spawn(sys, &what);
    if (!CHECK(pid > 0))
        return;
    CHECK_INT(sys->ops->wait(sys, pid, &status, false), 0);
    CHECK_INT(sys->ops->kill(sys, pid, SIGKILL), 0);
    CHECK_INT(sys->ops->wait(sys, pid, &status, true), pid);
    CHECK(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
    CHECK_INT(sys->ops->wait(sys, pid, &status, false), -ECHILD);
    CHECK_INT(sys->ops->kill(sys, pid, 0), -ESRCH);
    CHECK_INT(sys->ops->kill(sys, 0, SIGTERM), -EINVAL);
    CHECK_INT(sys->ops->kill(sys, -1, 0), -EINVAL);
    CHECK_INT(sys->ops->wait(sys, -1, &status, false), -EINVAL);
    sys->ops->close(sys, pair[0]);
    sys->ops->close(sys, pair[1]);
}

static void test_read_file(void)
{
    char buf[6];
    CHECK_INT(put_file("/f", "12345"), 0);
    CHECK_INT(qda_read_file(sys, "/f", buf, 6), 5);
    CHECK_STR(buf, "12345");
    CHECK_INT(qda_read_file(sys, "/f", buf, 4), -EFBIG);
    CHECK_STR(buf, "123");
    CHECK_INT(qda_read_file(sys, "/f", buf, 1), -EFBIG);
    CHECK_STR(buf, "");
    CHECK_INT(qda_read_file(sys, "/f", buf, 0), -EINVAL);
    CHECK_INT(qda_read_file(sys, "/none", buf, 6), -ENOENT);
    CHECK_STR(buf, "");
    CHECK_INT(qda_read_file(sys, "/", buf, 6), -EISDIR);
    remove_file("/f");
}

static void test_read_file_alloc(void)
{
    static char large[10001];
    char *out = large;
    memset(large, 'y', 10000);
    CHECK_INT(put_file("/f", large), 0);
    CHECK_INT(qda_read_file_alloc(sys, "/f", 10000, &out), 10000);
    CHECK_STR(out, large);
    free(out);
    CHECK_INT(qda_read_file_alloc(sys, "/f", 1 << 20, &out), 10000);
    free(out);
    CHECK_INT(qda_read_file_alloc(sys, "/f", 9999, &out), -EFBIG);
    CHECK(out == NULL);
    CHECK_INT(qda_read_file_alloc(sys, "/none", 100, &out), -ENOENT);
    CHECK(out == NULL);
    CHECK_INT(put_file("/f", ""), 0);
    CHECK_INT(qda_read_file_alloc(sys, "/f", 100, &out), 0);
    CHECK_STR(out, "");
    free(out);
    remove_file("/f");
}

static void test_write_file(void)
{
    char buf[16];
    CHECK_INT(qda_write_file(sys, "/none", "1"), -ENOENT); /* a control file is never made */
    CHECK_INT(put_file("/f", "old"), 0);
    CHECK_INT(qda_write_file(sys, "/f", "new"), 0);
    CHECK_INT(qda_read_file(sys, "/f", buf, sizeof(buf)), 3);
    CHECK_STR(buf, "new");
    remove_file("/f");
}

struct search {
    uint64_t ino;
    unsigned seen;
    struct qda_raw_file found;
    int answer;
};

static int on_raw(void *arg, const struct qda_raw_file *file)
{
    struct search *search = arg;
    if (file->pid != (uint32_t)getpid() || file->ino != search->ino)
        return 0;
    search->seen++;
    search->found = *file;
    return search->answer;
}

static void test_open_files(void)
{
    struct qda_sys *whole = qda_sys_linux("");
    int fd = whole->ops->memfd(whole, "listed", 12288);
    struct qda_stat st;
    CHECK_INT(whole->ops->fstat(whole, fd, &st), 0);
    struct search search = { .ino = st.ino };
    int err = qda_linux_raw_files(whole, on_raw, &search);
    if (err == -EPERM || err == -EOPNOTSUPP)
        check_skip("this kernel gives no list of open files to this user");
    else if (CHECK_INT(err, 0) && CHECK_INT(search.seen, 1)) {
        CHECK_INT(search.found.fd, fd);
        CHECK_INT(search.found.size, 12288);
        CHECK_INT(search.found.dev, st.dev);
        CHECK_INT(search.found.mode, st.mode);
        CHECK_INT(search.found.flags & O_ACCMODE, O_RDWR);
        search.answer = 7;
        CHECK_INT(qda_linux_raw_files(whole, on_raw, &search), 7);
    }
    CHECK_INT(qda_linux_raw_files(sys, on_raw, &search), -EOPNOTSUPP); /* below a root there is no kernel */
    close(fd);
    qda_sys_linux_free(whole);
}

static void run_all(void)
{
    check_run("paths stay below the root", test_root);
    check_run("a path too long is refused", test_long_path);
    check_run("what is opened is close-on-exec", test_open_is_close_on_exec);
    check_run("read, write, seek_end, fstat, close", test_descriptors);
    check_run("device numbers", test_device_numbers);
    check_run("ioctl", test_ioctl);
    check_run("mmap and munmap", test_mmap);
    check_run("poll", test_poll);
    check_run("readlink cuts and terminates", test_readlink);
    check_run("mkdir, list_dir, rmdir", test_folders);
    check_run("the kernel's list of open files", test_open_files);
    check_run("clocks", test_clocks);
    check_run("a descriptor is passed", test_pass_descriptor);
    check_run("a packet that does not fit leaves nothing behind", test_pass_descriptor_errors);
    check_run("memfd is sealed against shrinking", test_memfd_seals);
    check_run("spawn moves descriptors", test_spawn_moves_descriptors);
    check_run("spawn swaps 3 and 4", test_spawn_swaps_three_and_four);
    check_run("spawn gives nothing else to the child", test_spawn_is_clean);
    check_run("spawn that fails", test_spawn_errors);
    check_run("wait and kill", test_wait_and_kill);
    check_run("qda_read_file", test_read_file);
    check_run("qda_read_file_alloc", test_read_file_alloc);
    check_run("qda_write_file", test_write_file);
}

int main(void)
{
    if (mkdtemp(root) == NULL)
        return 1;
    sys = qda_sys_linux(root);
    run_all();
    qda_sys_linux_free(sys);
    if (rmdir(root) < 0)
        printf("# %s was not left empty\n", root);
    return check_done();
}
