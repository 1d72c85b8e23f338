/* SPDX-License-Identifier: MIT */
#include "dsp/shell/text.h"

void *memcpy(void *to, const void *from, size_t len)
{
    uint8_t *t = to;
    const uint8_t *f = from;
    if ((((uint32_t)t | (uint32_t)f) & 7) == 0) {
        for (; len >= 8; len -= 8, t += 8, f += 8)
            *(uint64_t *)t = *(const uint64_t *)f;
    } else if ((((uint32_t)t | (uint32_t)f) & 3) == 0) {
        for (; len >= 4; len -= 4, t += 4, f += 4)
            *(uint32_t *)t = *(const uint32_t *)f;
    }
    while (len--)
        *t++ = *f++;
    return to;
}

/* The compiler calls it for struct copies of 32 bytes and more. */
void *__hexagon_memcpy_likely_aligned_min32bytes_mult8bytes(void *to, const void *from, size_t len);
void *__hexagon_memcpy_likely_aligned_min32bytes_mult8bytes(void *to, const void *from, size_t len)
{
    return memcpy(to, from, len);
}

void *memmove(void *to, const void *from, size_t len)
{
    uint8_t *t = to;
    const uint8_t *f = from;
    if (t <= f || t >= f + len)
        return memcpy(to, from, len);
    while (len--)
        t[len] = f[len];
    return to;
}

void *memset(void *at, int byte, size_t len)
{
    uint8_t *t = at;
    uint64_t word = (uint8_t)byte * 0x0101010101010101u;
    for (; len && ((uint32_t)t & 7); len--)
        *t++ = (uint8_t)byte;
    for (; len >= 8; len -= 8, t += 8)
        *(uint64_t *)t = word;
    while (len--)
        *t++ = (uint8_t)byte;
    return at;
}

int memcmp(const void *a, const void *b, size_t len)
{
    const uint8_t *x = a, *y = b;
    for (size_t i = 0; i < len; i++) {
        if (x[i] != y[i])
            return x[i] - y[i];
    }
    return 0;
}

size_t strnlen(const char *text, size_t max)
{
    size_t len = 0;
    while (len < max && text[len])
        len++;
    return len;
}

size_t strlen(const char *text)
{
    return strnlen(text, (size_t)-1);
}

int strncmp(const char *a, const char *b, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        if (a[i] != b[i] || !a[i])
            return (uint8_t)a[i] - (uint8_t)b[i];
    }
    return 0;
}

int strcmp(const char *a, const char *b)
{
    return strncmp(a, b, (size_t)-1);
}

char *strcpy(char *to, const char *from)
{
    return memcpy(to, from, strlen(from) + 1);
}

char *strncpy(char *to, const char *from, size_t len)
{
    size_t copied = strnlen(from, len);
    memcpy(to, from, copied);
    memset(to + copied, 0, len - copied);
    return to;
}

size_t strlcpy(char *to, const char *from, size_t room)
{
    size_t len = strlen(from);
    if (room) {
        size_t copied = len < room ? len : room - 1;
        memcpy(to, from, copied);
        to[copied] = 0;
    }
    return len;
}

size_t strlcat(char *to, const char *from, size_t room)
{
    size_t len = strnlen(to, room);
    return len + strlcpy(to + len, from, room - len);
}

char *strchr(const char *text, int byte)
{
    for (; *text != (char)byte; text++) {
        if (!*text)
            return NULL;
    }
    return (char *)text;
}

char *strrchr(const char *text, int byte)
{
    const char *last = NULL;
    for (const char *at = text; (at = strchr(at, byte)) != NULL; at++) {
        last = at;
        if (!*at)
            break;
    }
    return (char *)last;
}

char *strstr(const char *text, const char *part)
{
    size_t len = strlen(part);
    for (; strncmp(text, part, len) != 0; text++) {
        if (!*text)
            return NULL;
    }
    return (char *)text;
}

static unsigned digit_of(char c)
{
    if (c >= '0' && c <= '9')
        return (unsigned)(c - '0');
    c |= 0x20;
    return c >= 'a' && c <= 'z' ? (unsigned)(c - 'a') + 10 : 99;
}

unsigned long strtoul(const char *text, char **end, int base)
{
    const char *at = text;
    while (*at == ' ' || (*at >= '\t' && *at <= '\r'))
        at++;
    int negative = *at == '-';
    at += *at == '-' || *at == '+';
    int hex = at[0] == '0' && (at[1] | 0x20) == 'x' && digit_of(at[2]) < 16;
    if ((base == 0 || base == 16) && hex)
        at += 2, base = 16;
    else if (base == 0)
        base = *at == '0' ? 8 : 10;
    uint64_t value = 0;
    const char *first = at;
    for (; digit_of(*at) < (unsigned)base; at++)
        value = value > 0xffffffffu ? value : value * (unsigned)base + digit_of(*at);
    if (end)
        *end = (char *)(at == first ? text : at);
    unsigned long result = value > 0xffffffffu ? 0xffffffffu : (unsigned long)value;
    return negative ? 0 - result : result;
}
