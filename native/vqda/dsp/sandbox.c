/* SPDX-License-Identifier: MIT */
/*
 * A TCG plugin: qemu-hexagon loads it (-plugin), and before the guest's first instruction it takes from the whole process what a
 * guest could do to the machine. qemu-user passes the guest's system calls on to the host's kernel, so without this a
 * DSP program could open the host's files.
 *
 * The filter comes with the first translated block: later than everything that the emulator itself opens, earlier than anything that
 * the guest executes. Where it cannot be installed the process ends.
 *
 * It is preloaded too (LD_PRELOAD), for two functions of libc that the emulator calls where a guest maps a file:
 *   fstat  glibc before 2.39 makes of it a call with a path (newfstatat), which no filter can tell from a guest's about a host's file.
 *          And the emulator asks by it how far a file may be mapped: one that ends inside a guest's page of 64 KiB it maps in
 *          pieces, which takes a hundred times longer, so sizes are told in whole pages; an access behind the end faults (SIGBUS)
 *   mmap   a shared mapping is first made without the file, to hold the place. Shared memory of nobody is what no limit of a
 *          process counts, so here it is made without access (and a guest that asks for such memory gets some that it cannot touch)
 *
 * Declarations of the plugin interface, version 1: QEMU's include/qemu/qemu-plugin.h documents it.
 */
#include <errno.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <signal.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#define EXPORT __attribute__((visibility("default")))

struct qemu_plugin_tb;
void qemu_plugin_register_vcpu_tb_trans_cb(uint64_t id, void (*fn)(uint64_t id, struct qemu_plugin_tb *tb));
EXPORT extern int qemu_plugin_version;
EXPORT int qemu_plugin_install(uint64_t id, const void *info, int argc, char **argv);

EXPORT int qemu_plugin_version = 1;

#define GUEST_PAGE 65536
static int installed; /* the filter; the first block is translated before there is a second thread of the guest */

EXPORT int sandbox_fstat(int fd, void *out) __asm__("fstat64");
EXPORT int sandbox_fstat(int fd, void *out)
{
    struct stat *st = out;
    int result = (int)syscall(SYS_fstat, fd, st); /* on both hosts the kernel's struct is glibc's */
    if (result == 0 && installed) /* not the program: what it has behind its end the emulator itself clears */
        st->st_size = (st->st_size + GUEST_PAGE - 1) / GUEST_PAGE * GUEST_PAGE;
    return result;
}

#define SHARED_BY_NOBODY (MAP_SHARED | MAP_ANONYMOUS)

EXPORT void *sandbox_mmap(void *at, size_t len, int access, int flags, int fd, int64_t offset) __asm__("mmap64");
EXPORT void *sandbox_mmap(void *at, size_t len, int access, int flags, int fd, int64_t offset)
{
    if ((flags & SHARED_BY_NOBODY) == SHARED_BY_NOBODY) {
        access = PROT_NONE;
        flags = (flags & ~MAP_TYPE) | MAP_PRIVATE | MAP_NORESERVE;
    }
    return (void *)syscall(SYS_mmap, at, len, access, flags, fd, offset);
}

#if defined(__x86_64__)
#define ARCH AUDIT_ARCH_X86_64
#elif defined(__aarch64__)
#define ARCH AUDIT_ARCH_AARCH64
#else
#error "which system calls a DSP process may make is written down for x86-64 and aarch64 hosts only"
#endif

/* Calls that are harmless whatever their arguments: memory, threads, time, and descriptors that the process has. */
static const int allowed[] = {
    SYS_read,          SYS_write,         SYS_readv,          SYS_writev,         SYS_pread64,         SYS_recvmsg,
    SYS_sendmsg,       SYS_recvfrom,      SYS_futex,          SYS_munmap,         SYS_madvise,         SYS_mremap,
    SYS_brk,           SYS_rt_sigaction,  SYS_rt_sigprocmask, SYS_rt_sigreturn,   SYS_rt_sigtimedwait, SYS_rt_sigsuspend,
    SYS_sigaltstack,   SYS_exit,          SYS_exit_group,     SYS_clock_gettime,  SYS_clock_getres,    SYS_clock_nanosleep,
    SYS_nanosleep,     SYS_gettimeofday,  SYS_sched_yield,    SYS_set_robust_list, SYS_rseq,           SYS_gettid,
    SYS_getpid,        SYS_close,         SYS_fstat,          SYS_lseek,          SYS_ppoll,           SYS_membarrier,
    SYS_getrandom,     SYS_restart_syscall, SYS_sched_getaffinity,
#ifdef SYS_poll
    SYS_poll,
#endif
};

#define LOAD(field) BPF_STMT(BPF_LD | BPF_W | BPF_ABS, (uint32_t)offsetof(struct seccomp_data, field))
/* The low half of an argument: what the kernel takes of an int; both hosts are little-endian. */
#define LOAD_ARG(n) LOAD(args[n])
#define ANSWER(what) BPF_STMT(BPF_RET | BPF_K, (what))
#define ERROR(code) ANSWER(SECCOMP_RET_ERRNO | (code))
#define SKIP_UNLESS(value, count) BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (uint32_t)(value), 0, (count))
#define SKIP_IF(value, count) BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (uint32_t)(value), (count), 0)
#define SKIP_UNLESS_ANY(bits, count) BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, (uint32_t)(bits), 0, (count))

struct program {
    struct sock_filter code[192];
    unsigned short len;
};

static void add(struct program *p, const struct sock_filter *code, size_t count)
{
    memcpy(p->code + p->len, code, count * sizeof(*code)); /* fits: the test of a machine loads it */
    p->len = (unsigned short)(p->len + count);
}
#define ADD(p, ...)                                                                                                   \
    do {                                                                                                              \
        const struct sock_filter code_[] = { __VA_ARGS__ };                                                           \
        add((p), code_, sizeof(code_) / sizeof(code_[0]));                                                            \
    } while (0)

/* Other architectures' numbers (x32 too) end the process. */
static void add_arch(struct program *p)
{
    ADD(p, LOAD(arch), SKIP_IF(ARCH, 1), ANSWER(SECCOMP_RET_KILL_PROCESS), LOAD(nr));
#ifdef __x86_64__
    ADD(p, BPF_JUMP(BPF_JMP | BPF_JGE | BPF_K, 0x40000000u, 0, 1), ANSWER(SECCOMP_RET_KILL_PROCESS));
#endif
}

/* Threads, but no processes. glibc falls back from clone3, whose flags a filter cannot see. */
static void add_threads(struct program *p)
{
    ADD(p, SKIP_UNLESS(SYS_clone3, 1), ERROR(ENOSYS));
    ADD(p, SKIP_UNLESS(SYS_clone, 5), LOAD_ARG(0), BPF_STMT(BPF_ALU | BPF_AND | BPF_K, CLONE_THREAD | CLONE_VM),
        SKIP_UNLESS(CLONE_THREAD | CLONE_VM, 1), ANSWER(SECCOMP_RET_ALLOW), ERROR(EPERM));
}

/* No memory that no limit counts (shared and anonymous), and none that the host could execute. */
static void add_memory(struct program *p)
{
    ADD(p, SKIP_UNLESS(SYS_mmap, 8), LOAD_ARG(2), SKIP_UNLESS_ANY(PROT_EXEC, 1), ERROR(EPERM), LOAD_ARG(3),
        BPF_STMT(BPF_ALU | BPF_AND | BPF_K, SHARED_BY_NOBODY), SKIP_UNLESS(SHARED_BY_NOBODY, 1), ERROR(EPERM),
        ANSWER(SECCOMP_RET_ALLOW));
    ADD(p, SKIP_UNLESS(SYS_mprotect, 4), LOAD_ARG(2), SKIP_UNLESS_ANY(PROT_EXEC, 1), ERROR(EPERM),
        ANSWER(SECCOMP_RET_ALLOW));
}

/* Signals to itself only. */
static void add_signals(struct program *p, uint32_t pid)
{
    static const int calls[] = { SYS_tgkill, SYS_kill };
    for (size_t i = 0; i < sizeof(calls) / sizeof(calls[0]); i++)
        ADD(p, SKIP_UNLESS(calls[i], 4), LOAD_ARG(0), SKIP_UNLESS(pid, 1), ANSWER(SECCOMP_RET_ALLOW), ERROR(EPERM));
}

static int install(void)
{
    struct program p = { .len = 0 };
    add_arch(&p);
    for (size_t i = 0; i < sizeof(allowed) / sizeof(allowed[0]); i++)
        ADD(&p, SKIP_UNLESS(allowed[i], 1), ANSWER(SECCOMP_RET_ALLOW));
    add_threads(&p);
    add_memory(&p);
    add_signals(&p, (uint32_t)getpid());
    ADD(&p, ERROR(EPERM));
    struct sock_fprog program = { .len = p.len, .filter = p.code };
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
        return -errno;
    long done = syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_TSYNC, &program);
    return done == 0 ? 0 : done < 0 ? -errno : -EAGAIN;
}

static void on_translation(uint64_t id, struct qemu_plugin_tb *tb)
{
    (void)id;
    (void)tb;
    if (installed)
        return;
    int err = install();
    if (err) {
        dprintf(STDERR_FILENO, "sandbox: the system call filter cannot be installed (%s); nothing is executed\n", strerror(-err));
        _exit(126);
    }
    installed = 1;
}

EXPORT int qemu_plugin_install(uint64_t id, const void *info, int argc, char **argv)
{
    (void)info;
    (void)argc;
    (void)argv;
    qemu_plugin_register_vcpu_tb_trans_cb(id, on_translation);
    return 0;
}
