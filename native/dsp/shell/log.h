/* SPDX-License-Identifier: MIT */
#ifndef QDA_SHELL_LOG_H
#define QDA_SHELL_LOG_H

#include <stdarg.h>

/* HAP's levels. */
#define LOG_LOW 0
#define LOG_HIGH 2
#define LOG_ERROR 3
#define LOG_FATAL 4

/* A line of the DSP's log: queued; a thread of its own takes it to the CPU. Never waits; a full queue drops lines and says so. */
void log_line(int level, const char *file, int line, const char *text);
void log_format(int level, const char *file, int line, const char *format, va_list args);

#endif
