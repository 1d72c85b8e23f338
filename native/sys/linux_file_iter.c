/* SPDX-License-Identifier: MIT */
#include "sys/linux.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/bpf.h>
#include <stddef.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "sys/raw_files.h"
#include "uapi/btf.h"

/*
 * A BPF iterator over the open files of all tasks (Documentation/bpf/bpf_iterators.rst; task_file since Linux 5.8). Its program
 * writes a struct qda_raw_file for each. Where the fields are in this kernel's structs is asked of its BTF, so nothing is built
 * on the board. Only the program is loaded and read from; nothing is attached to anything that runs.
 */
#define VMLINUX "/sys/kernel/btf/vmlinux"
#define BTF_MAX (64u << 20)
#define INIT_PID_NS 0xeffffffcu /* inode of the first pid namespace: include/linux/proc_ns.h */

enum { INODE, FLAGS, INO, SIZE, MODE, RDEV, SB, MAGIC, DEV, TGID, PID, FIELDS };

static const struct {
    const char *owner, *name;
} fields[FIELDS] = {
    [INODE] = { "file", "f_inode" },      [FLAGS] = { "file", "f_flags" },   [INO] = { "inode", "i_ino" },
    [SIZE] = { "inode", "i_size" },       [MODE] = { "inode", "i_mode" },    [RDEV] = { "inode", "i_rdev" },
    [SB] = { "inode", "i_sb" },           [MAGIC] = { "super_block", "s_magic" },
    [DEV] = { "super_block", "s_dev" },
    [TGID] = { "task_struct", "tgid" },   [PID] = { "task_struct", "pid" },
};

/* What the program is made of. */
struct kernel_facts {
    uint32_t iterator; /* BTF id of the function that it attaches to */
    int16_t at[FIELDS];
};

static int look_up(const struct qda_btf *btf, struct kernel_facts *out)
{
    int err = qda_btf_find_func(btf, "bpf_iter_task_file", &out->iterator);
    for (int i = 0; i < FIELDS && err == 0; i++) {
        struct qda_btf_struct owner;
        struct qda_btf_field field;
        err = qda_btf_find_struct(btf, fields[i].owner, &owner);
        if (err == 0)
            err = qda_btf_find_field(btf, &owner, fields[i].name, &field);
        if (err == 0 && field.offset > INT16_MAX)
            err = -ERANGE;
        if (err == 0)
            out->at[i] = (int16_t)field.offset;
    }
    return err;
}

static int read_whole(int fd, uint8_t *to, size_t len)
{
    for (size_t got = 0; got < len;) {
        ssize_t n = read(fd, to + got, len - got);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return n < 0 ? -errno : -EIO;
        got += (size_t)n;
    }
    return 0;
}

/* Some MiB for a moment: mapped, so that they are given back. */
static int facts_of_btf(int fd, size_t len, struct kernel_facts *out)
{
    struct qda_btf btf;
    uint8_t *data = mmap(NULL, len, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (data == MAP_FAILED)
        return -errno;
    int err = read_whole(fd, data, len);
    if (err == 0)
        err = qda_btf_parse(data, len, NULL, &btf);
    if (err == 0)
        err = look_up(&btf, out);
    munmap(data, len);
    return err;
}

static int ask_kernel(struct kernel_facts *out)
{
    struct stat st;
    int fd = open(VMLINUX, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return -errno;
    int err = fstat(fd, &st) < 0 ? -errno : 0;
    if (err == 0)
        err = st.st_size > 0 && st.st_size <= BTF_MAX ? facts_of_btf(fd, (size_t)st.st_size, out) : -EFBIG;
    close(fd);
    return err;
}

static int bpf(int command, union bpf_attr *attr)
{
    long result = syscall(SYS_bpf, command, attr, sizeof(*attr));
    return result < 0 ? -errno : (int)result;
}

/* Instructions. r6: context, r7: file, r8: task, r9: inode; the record lies below the frame pointer r10. */
#define INSN(c, d, s, o, i) ((struct bpf_insn){ .code = (c), .dst_reg = (d), .src_reg = (s), .off = (o), .imm = (i) })
#define LOAD(size, dst, src, off) INSN(BPF_LDX | BPF_MEM | (size), dst, src, off, 0)
#define STORE(size, field, src) INSN(BPF_STX | BPF_MEM | (size), 10, src, RECORD(field), 0)
#define MOVE(dst, src) INSN(BPF_ALU64 | BPF_MOV | BPF_X, dst, src, 0, 0)
#define SET(dst, value) INSN(BPF_ALU64 | BPF_MOV | BPF_K, dst, 0, 0, value)
#define RECORD_SIZE ((int16_t)sizeof(struct qda_raw_file))
#define RECORD(field) ((int16_t)(offsetof(struct qda_raw_file, field)) - RECORD_SIZE)
#define TO_END 0x7fff /* patched */
#define END_IF_ZERO(reg) INSN(BPF_JMP | BPF_JEQ | BPF_K, reg, 0, TO_END, 0)
#define END_IF_DIFFERENT(a, b) INSN(BPF_JMP | BPF_JNE | BPF_X, a, b, TO_END, 0)

/* struct bpf_iter__task_file, part of the kernel's ABI for such programs: meta, task, fd, file. */
enum { CTX_META = 0, CTX_TASK = 8, CTX_FD = 16, CTX_FILE = 24 };

#define PROGRAM_LEN 38
static void write_program(const struct kernel_facts *k, struct bpf_insn out[PROGRAM_LEN])
{
    const struct bpf_insn program[PROGRAM_LEN] = {
        MOVE(6, 1),
        LOAD(BPF_DW, 7, 6, CTX_FILE), END_IF_ZERO(7),
        LOAD(BPF_DW, 8, 6, CTX_TASK), END_IF_ZERO(8),
        LOAD(BPF_W, 1, 8, k->at[TGID]), LOAD(BPF_W, 2, 8, k->at[PID]), END_IF_DIFFERENT(1, 2), STORE(BPF_W, pid, 1),
        LOAD(BPF_W, 1, 6, CTX_FD), STORE(BPF_W, fd, 1),
        LOAD(BPF_W, 1, 7, k->at[FLAGS]), STORE(BPF_W, flags, 1),
        LOAD(BPF_DW, 9, 7, k->at[INODE]), END_IF_ZERO(9),
        LOAD(BPF_DW, 1, 9, k->at[INO]), STORE(BPF_DW, ino, 1),
        LOAD(BPF_DW, 1, 9, k->at[SIZE]), STORE(BPF_DW, size, 1),
        LOAD(BPF_H, 1, 9, k->at[MODE]), STORE(BPF_W, mode, 1),
        LOAD(BPF_W, 1, 9, k->at[RDEV]), STORE(BPF_W, rdev, 1),
        LOAD(BPF_DW, 2, 9, k->at[SB]), LOAD(BPF_DW, 1, 2, k->at[MAGIC]), STORE(BPF_W, magic, 1),
        LOAD(BPF_W, 1, 2, k->at[DEV]), STORE(BPF_W, dev, 1), SET(1, 0), STORE(BPF_W, pad, 1),
        LOAD(BPF_DW, 1, 6, CTX_META), LOAD(BPF_DW, 1, 1, 0), /* the seq_file */
        MOVE(2, 10), INSN(BPF_ALU64 | BPF_ADD | BPF_K, 2, 0, 0, -RECORD_SIZE), SET(3, RECORD_SIZE),
        INSN(BPF_JMP | BPF_CALL, 0, 0, 0, BPF_FUNC_seq_write),
        SET(0, 0), INSN(BPF_JMP | BPF_EXIT, 0, 0, 0, 0),
    };
    memcpy(out, program, sizeof(program));
    for (int16_t i = 0; i < PROGRAM_LEN; i++)
        if (out[i].off == TO_END)
            out[i].off = (int16_t)(PROGRAM_LEN - 2 - (i + 1));
}

static int load_program(const struct kernel_facts *k)
{
    struct bpf_insn program[PROGRAM_LEN];
    write_program(k, program);
    union bpf_attr attr;
    memset(&attr, 0, sizeof(attr));
    attr.prog_type = BPF_PROG_TYPE_TRACING;
    attr.expected_attach_type = BPF_TRACE_ITER;
    attr.attach_btf_id = k->iterator;
    attr.insns = (uintptr_t)program;
    attr.insn_cnt = PROGRAM_LEN;
    attr.license = (uintptr_t) "Dual MIT/GPL"; /* the helper that writes asks for such words */
    memcpy(attr.prog_name, "qda_open_files", sizeof("qda_open_files"));
    return bpf(BPF_PROG_LOAD, &attr);
}

static int link_program(int program)
{
    union bpf_attr attr;
    memset(&attr, 0, sizeof(attr));
    attr.link_create.prog_fd = (uint32_t)program;
    attr.link_create.attach_type = BPF_TRACE_ITER;
    return bpf(BPF_LINK_CREATE, &attr);
}

/* Process ids of the list are those of the first namespace. */
static bool in_first_pid_namespace(void)
{
    struct stat st;
    return stat("/proc/self/ns/pid", &st) == 0 && st.st_ino == INIT_PID_NS;
}

int linux_file_iter_make(void)
{
    struct kernel_facts facts;
    if (!in_first_pid_namespace())
        return -EOPNOTSUPP;
    int err = ask_kernel(&facts);
    if (err < 0)
        return err == -EACCES || err == -EPERM ? -EPERM : -EOPNOTSUPP;
    int program = load_program(&facts);
    if (program < 0)
        return program == -EPERM || program == -EACCES ? -EPERM : -EOPNOTSUPP;
    int link = link_program(program);
    close(program); /* the link keeps it */
    return link < 0 ? -EOPNOTSUPP : link;
}

int linux_file_iter_open(int link)
{
    union bpf_attr attr;
    memset(&attr, 0, sizeof(attr));
    attr.iter_create.link_fd = (uint32_t)link;
    return bpf(BPF_ITER_CREATE, &attr);
}
