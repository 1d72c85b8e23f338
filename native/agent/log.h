/* SPDX-License-Identifier: MIT */
#ifndef QDA_AGENT_LOG_H
#define QDA_AGENT_LOG_H

#include <stddef.h>

/*
 * The log of an agent that nobody watches: a file that takes the place of standard error, for what it says itself and for
 * what its own processes say. It stays below LOG_BYTES: its older half goes as it grows.
 */
#define LOG_BYTES (64u * 1024)

/* Opens the file for itself, over what is there; never through a link. Descriptor or -errno. */
int log_open(const char *path);
/* Standard error goes there from here on, and so do the last words of a crash. */
void log_take_over(int fd);
/* One line with the time, where there is a log; else nothing. */
void log_say(const char *format, ...) __attribute__((format(printf, 1, 2)));
/* Cuts the file where it has grown too long; `buf` holds at least LOG_BYTES / 2. */
void log_keep_short(char *buf);

#endif
