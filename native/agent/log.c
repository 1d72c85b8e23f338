/* SPDX-License-Identifier: MIT */
#include "agent/log.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define KEPT (LOG_BYTES / 2)

static bool open_now;

int log_open(const char *path)
{
    int fd = open(path, O_RDWR | O_CREAT | O_TRUNC | O_APPEND | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC, 0600);
    struct stat what;
    if (fd < 0)
        return -errno;
    if (fstat(fd, &what) == 0 && S_ISREG(what.st_mode))
        return fd;
    close(fd);
    return -EINVAL;
}

/* The handler goes with its first call: the signal then does what it does without one. */
static void on_crash(int signal)
{
    char words[] = "qda-agent: crashed by signal 00\n";
    words[sizeof(words) - 4] = (char)('0' + signal / 10);
    words[sizeof(words) - 3] = (char)('0' + signal % 10);
    ssize_t written = write(STDERR_FILENO, words, sizeof(words) - 1);
    (void)written;
    raise(signal); /* comes once this handler is left, also where nothing but a kill sent the first */
}

static void watch_crashes(void)
{
    static const int fatal[] = {SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGABRT};
    struct sigaction say = {.sa_handler = on_crash, .sa_flags = (int)SA_RESETHAND};
    for (size_t i = 0; i < sizeof(fatal) / sizeof(fatal[0]); i++)
        sigaction(fatal[i], &say, NULL);
}

void log_take_over(int fd)
{
    dup2(fd, STDERR_FILENO);
    close(fd);
    open_now = true;
    watch_crashes();
}

void log_say(const char *format, ...)
{
    char line[400];
    struct timespec now;
    struct tm utc;
    va_list args;
    if (!open_now)
        return;
    clock_gettime(CLOCK_REALTIME, &now);
    gmtime_r(&now.tv_sec, &utc);
    int len = snprintf(line, sizeof(line), "%04d-%02d-%02dT%02d:%02d:%02dZ ", utc.tm_year + 1900, utc.tm_mon + 1, utc.tm_mday,
                       utc.tm_hour, utc.tm_min, utc.tm_sec);
    va_start(args, format);
    vsnprintf(line + len, sizeof(line) - (size_t)len, format, args);
    va_end(args);
    fprintf(stderr, "%s\n", line);
}

void log_keep_short(char *buf)
{
    struct stat now;
    if (!open_now || fstat(STDERR_FILENO, &now) < 0 || now.st_size <= (off_t)LOG_BYTES)
        return;
    ssize_t got = pread(STDERR_FILENO, buf, KEPT, now.st_size - (off_t)KEPT);
    if (ftruncate(STDERR_FILENO, 0) < 0 || got <= 0)
        return;
    const char *line = memchr(buf, '\n', (size_t)got);
    size_t skip = line ? (size_t)(line + 1 - buf) : 0;
    log_say("what stood here is left out: the log is kept short");
    ssize_t written = write(STDERR_FILENO, buf + skip, (size_t)got - skip);
    (void)written; /* a full disk loses the log, and nothing else */
}
