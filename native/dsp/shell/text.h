/* SPDX-License-Identifier: MIT */
#ifndef QDA_SHELL_TEXT_H
#define QDA_SHELL_TEXT_H

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

/* The C library's functions, as far as the runtime and skels need them. */
void *memcpy(void *to, const void *from, size_t len);
void *memmove(void *to, const void *from, size_t len);
void *memset(void *at, int byte, size_t len);
int memcmp(const void *a, const void *b, size_t len);
size_t strlen(const char *text);
size_t strnlen(const char *text, size_t max);
int strcmp(const char *a, const char *b);
int strncmp(const char *a, const char *b, size_t len);
char *strcpy(char *to, const char *from);
char *strncpy(char *to, const char *from, size_t len);
size_t strlcpy(char *to, const char *from, size_t room);
size_t strlcat(char *to, const char *from, size_t room);
char *strchr(const char *text, int byte);
char *strrchr(const char *text, int byte);
char *strstr(const char *text, const char *part);
unsigned long strtoul(const char *text, char **end, int base);
/* %d %i %u %x %X %o %c %s %p %%, with flags "-0+ #", width, precision, and h hh l ll z j t. Others are shown as they stand. */
int vsnprintf(char *to, size_t room, const char *format, va_list args);
int snprintf(char *to, size_t room, const char *format, ...) __attribute__((format(printf, 3, 4)));

#endif
