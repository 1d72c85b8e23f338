/* SPDX-License-Identifier: MIT */
#include "driver/btf_files.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BTF_DIR "/sys/kernel/btf/"
#define KERNEL_BTF BTF_DIR "vmlinux"
#define MODULE_BTF_MAX (4u << 20)
#define KERNEL_BTF_MAX (64u << 20)

static int read_exactly(struct qda_sys *sys, int fd, char *buf, size_t len)
{
    for (size_t have = 0; have < len;) {
        ssize_t got = sys->ops->read(sys, fd, buf + have, len - have);
        if (got < 0 && got != -EINTR)
            return (int)got;
        if (got == 0)
            return -EBADMSG;
        have += got > 0 ? (size_t)got : 0;
    }
    return 0;
}

static int skip_bytes(struct qda_sys *sys, int fd, size_t len)
{
    char scratch[16384];
    while (len > 0) {
        size_t part = len < sizeof(scratch) ? len : sizeof(scratch);
        int err = read_exactly(sys, fd, scratch, part);
        if (err < 0)
            return err;
        len -= part;
    }
    return 0;
}

/* Only the strings of an open BTF file: its types are megabytes that nobody needs here. malloc'ed, or NULL. */
static char *read_strings(struct qda_sys *sys, int fd, size_t *len)
{
    char header[24];
    size_t at;
    if (read_exactly(sys, fd, header, sizeof(header)) < 0 || qda_btf_strings_at(header, sizeof(header), &at, len) < 0)
        return NULL;
    if (at < sizeof(header) || at > KERNEL_BTF_MAX || *len == 0 || *len > KERNEL_BTF_MAX)
        return NULL;
    if (skip_bytes(sys, fd, at - sizeof(header)) < 0)
        return NULL;
    char *text = malloc(*len);
    if (text != NULL && read_exactly(sys, fd, text, *len) < 0) {
        free(text);
        text = NULL;
    }
    return text;
}

static char *read_kernel_strings(struct qda_sys *sys, size_t *len)
{
    *len = 0;
    int fd = sys->ops->open(sys, KERNEL_BTF, O_RDONLY);
    if (fd < 0)
        return NULL;
    char *text = read_strings(sys, fd, len);
    sys->ops->close(sys, fd);
    return text;
}

/* What there is at a path: bytes that the caller frees, or -errno. */
struct bytes {
    char *data;
    ssize_t size;
};

/* As the subject's judge; -ENODATA too, where vmlinux's strings are missing. */
static int judge_split(struct qda_sys *sys, const struct qda_btf_subject *subject, const char *path,
                       const struct bytes *bytes, struct qda_proof *out)
{
    struct qda_btf btf;
    struct qda_btf_strings base = { 0 };
    char *text = read_kernel_strings(sys, &base.len);
    base.text = text;
    int err = qda_btf_parse(bytes->data, (size_t)bytes->size, text != NULL ? &base : NULL, &btf);
    if (err == 0)
        err = subject->judge(&btf, path, out);
    free(text);
    return err;
}

static void judge_module(struct qda_sys *sys, const struct qda_btf_subject *subject, const char *path,
                         const struct bytes *bytes, struct qda_proof *out)
{
    int err = judge_split(sys, subject, path, bytes, out);
    if (err == -ENODATA)
        qda_proof_say(out, QDA_PROOF_ABSENT, NULL, "%s needs " KERNEL_BTF ", which cannot be read", path);
    else if (err == -ENOENT)
        qda_proof_say(out, QDA_PROOF_REFUSED, NULL, "refused: %s has no %s; %s", path, subject->none, subject->override);
    else if (err < 0)
        qda_proof_say(out, QDA_PROOF_REFUSED, NULL, "refused: %s is damaged, so it proves nothing; %s", path,
                      subject->override);
}

/* No such module: the driver may be built in. */
static void judge_kernel(struct qda_sys *sys, const struct qda_btf_subject *subject, struct qda_proof *out)
{
    struct qda_btf btf;
    char *data = NULL;
    ssize_t size = qda_read_file_alloc(sys, KERNEL_BTF, KERNEL_BTF_MAX, &data);
    int err = size < 0 ? (int)size : qda_btf_parse(data, (size_t)size, NULL, &btf);
    if (err == 0)
        err = subject->judge(&btf, KERNEL_BTF, out);
    free(data);
    if (err < 0)
        qda_proof_say(out, QDA_PROOF_ABSENT, NULL, "there is no " BTF_DIR "%s", subject->modules[0]);
}

void qda_prove_by_btf_files(struct qda_sys *sys, const struct qda_btf_subject *subject, struct qda_proof *out)
{
    char path[64] = "";
    struct bytes bytes = { .size = -ENOENT };
    *out = (struct qda_proof){ .state = QDA_PROOF_ABSENT };
    for (size_t i = 0; subject->modules[i] != NULL && bytes.size == -ENOENT; i++) {
        snprintf(path, sizeof(path), BTF_DIR "%s", subject->modules[i]);
        bytes.size = qda_read_file_alloc(sys, path, MODULE_BTF_MAX, &bytes.data);
    }
    if (bytes.size >= 0)
        judge_module(sys, subject, path, &bytes, out);
    else if (bytes.size == -ENOENT)
        judge_kernel(sys, subject, out);
    else
        qda_proof_say(out, QDA_PROOF_ABSENT, NULL, "%s cannot be read: %s", path, strerror((int)-bytes.size));
    free(bytes.data);
}
