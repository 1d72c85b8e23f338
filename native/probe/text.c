/* SPDX-License-Identifier: MIT */
#include "probe/text.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct {
    int err;
    const char *name;
    const char *means;
} errors[] = {
    { ENOENT, "ENOENT", "there is no such file" },
    { EACCES, "EACCES", "this user may not read it" },
    { EPERM, "EPERM", "this user may not do that" },
    { ENODEV, "ENODEV", "the device behind it is gone" },
    { ENXIO, "ENXIO", "the device behind it is gone" },
    { ENOTDIR, "ENOTDIR", "it is no directory" },
    { EISDIR, "EISDIR", "it is a directory" },
    { EIO, "EIO", "the kernel could not read it" },
    { EBUSY, "EBUSY", "somebody else uses it" },
    { EINVAL, "EINVAL", "the kernel refused what was written" },
    { EMFILE, "EMFILE", "this process has too many open files" },
    { ENFILE, "ENFILE", "the system has too many open files" },
    { ENOMEM, "ENOMEM", "there is no memory left" },
    { EROFS, "EROFS", "it is on a read-only file system" },
    { ENOSYS, "ENOSYS", "the kernel does not have that" },
    { EOPNOTSUPP, "EOPNOTSUPP", "the kernel does not do that" },
    { EAGAIN, "EAGAIN", "it has nothing now" },
    { EFBIG, "EFBIG", "it is longer than expected" },
    { EEXIST, "EEXIST", "it is there already" },
    { EINTR, "EINTR", "a signal came in between" },
    { ELOOP, "ELOOP", "it is a loop of links" },
    { ENAMETOOLONG, "ENAMETOOLONG", "its name is too long" },
    { EPIPE, "EPIPE", "the other side has closed it" },
    { ENODATA, "ENODATA", "it is empty" },
    { ETIMEDOUT, "ETIMEDOUT", "the device behind it does not answer" },
    { ENOTSOCK, "ENOTSOCK", "it is no socket" },
    { ECONNREFUSED, "ECONNREFUSED", "nobody listens there" },
    { ESRCH, "ESRCH", "the process is gone" },
};
static const size_t error_count = sizeof(errors) / sizeof(errors[0]);

const char *probe_errno(int err)
{
    for (size_t i = 0; i < error_count; i++)
        if (errors[i].err == -err)
            return errors[i].name;
    return "an errno without a name";
}

static const char *meaning(int err)
{
    for (size_t i = 0; i < error_count; i++)
        if (errors[i].err == -err)
            return errors[i].means;
    return "it could not be read";
}

void probe_reason(char *out, size_t len, const char *path, int err, const char *advice)
{
    const char *between = advice[0] != '\0' ? "; " : "";
    snprintf(out, len, "%s: %s: %s%s%s", probe_errno(err), path, meaning(err), between, advice);
}

void probe_copy(char *out, size_t size, const char *text)
{
    size_t len = strnlen(text, size - 1);
    memcpy(out, text, len);
    out[len] = '\0';
}

void probe_append(char *out, size_t size, const char *format, ...)
{
    size_t have = strlen(out);
    if (have > 0 && have + 3 < size) {
        memcpy(out + have, "; ", 3);
        have += 2;
    }
    va_list args;
    va_start(args, format);
    vsnprintf(out + have, size - have, format, args);
    va_end(args);
}

static int digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : 99;
}

bool probe_number(const char **text, unsigned base, uint64_t *out)
{
    const char *p = *text;
    if (base == 16 && p[0] == '0' && p[1] == 'x' && digit(p[2]) < 16)
        p += 2;
    const char *begin = p;
    uint64_t value = 0;
    for (; digit(*p) < (int)base; p++) {
        uint64_t more = (uint64_t)digit(*p);
        if (value > (UINT64_MAX - more) / base)
            return false;
        value = value * base + more;
    }
    if (p == begin)
        return false;
    *text = p;
    *out = value;
    return true;
}

bool probe_id(const char *text, uint32_t *out)
{
    uint64_t value;
    if (!probe_number(&text, 10, &value) || *text != '\0' || value > UINT32_MAX)
        return false;
    *out = (uint32_t)value;
    return true;
}

size_t probe_trim(char *text, size_t len)
{
    while (len > 0 && (text[len - 1] == '\0' || strchr(" \t\r\n", text[len - 1]) != NULL))
        len--;
    text[len] = '\0';
    return len;
}

int probe_first_line(struct qda_sys *sys, const char *path, char *out, size_t size)
{
    ssize_t got = qda_read_file(sys, path, out, size);
    if (got == -EFBIG)
        got = (ssize_t)size - 1; /* the first part is enough */
    if (got < 0) {
        out[0] = '\0';
        return (int)got;
    }
    size_t len = probe_trim(out, (size_t)got);
    char *newline = memchr(out, '\n', len);
    if (newline != NULL)
        len = probe_trim(out, (size_t)(newline - out));
    for (char *p = memchr(out, '\0', len); p != NULL; p = memchr(out, '\0', len))
        *p = ',';
    return 0;
}

uint32_t probe_self(struct qda_sys *sys)
{
    char link[32];
    uint32_t pid = 0;
    if (sys->ops->readlink(sys, "/proc/self", link, sizeof(link)) < 0 || !probe_id(link, &pid))
        return 0;
    return pid;
}

int probe_give(const struct probe_sink *sink, const char *key, const char *value, const char *unit, const char *source)
{
    struct qda_reading reading = { .key = key, .value = value, .unit = unit, .reason = "", .source = source };
    return sink->fn(sink->arg, &reading);
}

int probe_give_absent(const struct probe_sink *sink, const char *key, const char *source, int err, const char *advice)
{
    char reason[320];
    probe_reason(reason, sizeof(reason), source, err, advice);
    struct qda_reading reading = { .key = key, .value = NULL, .unit = "", .reason = reason, .source = source };
    return sink->fn(sink->arg, &reading);
}

int probe_give_file(const struct probe_sink *sink, const struct probe_file *file)
{
    char value[4096];
    int err = probe_first_line(sink->sys, file->path, value, sizeof(value));
    if (err < 0)
        return probe_give_absent(sink, file->key, file->path, err, file->advice);
    return probe_give(sink, file->key, value, file->unit, file->path);
}

struct listing {
    struct probe_names *out;
    const char *prefix;
};

static int add_name(void *arg, const char *name)
{
    struct listing *listing = arg;
    struct probe_names *out = listing->out;
    if (strncmp(name, listing->prefix, strlen(listing->prefix)) != 0)
        return 0;
    if (out->count == sizeof(out->name) / sizeof(out->name[0]) || strlen(name) >= PROBE_NAME_LEN)
        out->left_out++;
    else
        strcpy(out->name[out->count++], name);
    return 0;
}

/* policy2 before policy10: the shorter of two names that differ only in digits is the smaller number. */
static int by_name(const void *a, const void *b)
{
    const char *left = a, *right = b;
    size_t same = 0;
    while (left[same] != '\0' && left[same] == right[same])
        same++;
    size_t left_digits = strspn(left + same, "0123456789"), right_digits = strspn(right + same, "0123456789");
    if (left_digits != right_digits)
        return left_digits < right_digits ? -1 : 1;
    return strcmp(left + same, right + same);
}

int probe_list(struct qda_sys *sys, const char *path, const char *prefix, struct probe_names *out)
{
    out->count = out->left_out = 0;
    struct listing listing = { out, prefix };
    int err = sys->ops->list_dir(sys, path, add_name, &listing);
    qsort(out->name, out->count, PROBE_NAME_LEN, by_name);
    return err;
}
