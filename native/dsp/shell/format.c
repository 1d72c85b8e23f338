/* SPDX-License-Identifier: MIT */
#include "dsp/shell/text.h"

#include <stdbool.h>

struct out {
    char *to;
    size_t room, len;
};

struct spec {
    bool left, zero, plus, space, alternate;
    unsigned width;
    int precision; /* -1: none */
    bool wide;     /* 64 bits */
    char letter;
};

static void put(struct out *out, char c)
{
    if (out->len + 1 < out->room)
        out->to[out->len] = c;
    out->len++;
}

static void put_padded(struct out *out, const struct spec *spec, const char *text, size_t len)
{
    for (size_t i = len; !spec->left && i < spec->width; i++)
        put(out, ' ');
    for (size_t i = 0; i < len; i++)
        put(out, text[i]);
    for (size_t i = len; spec->left && i < spec->width; i++)
        put(out, ' ');
}

/* Digits of a number, least first. */
static unsigned digits_of(char *to, uint64_t value, unsigned base, bool upper)
{
    unsigned count = 0;
    for (; value; value /= base)
        to[count++] = (upper ? "0123456789ABCDEF" : "0123456789abcdef")[value % base];
    return count;
}

static unsigned prefix_of(char *to, const struct spec *spec, bool negative, bool zero)
{
    unsigned count = 0;
    bool number = spec->letter == 'd' || spec->letter == 'i';
    if (negative || (number && (spec->plus || spec->space)))
        to[count++] = negative ? '-' : spec->plus ? '+' : ' ';
    if (spec->letter == 'p' || (spec->alternate && !zero && (spec->letter | 0x20) == 'x')) {
        to[count++] = '0';
        to[count++] = spec->letter == 'X' ? 'X' : 'x';
    }
    return count;
}

static void put_number(struct out *out, const struct spec *spec, uint64_t value, bool negative)
{
    char digits[24], text[96];
    unsigned base = spec->letter == 'o' ? 8 : spec->letter == 'x' || spec->letter == 'X' || spec->letter == 'p' ? 16 : 10;
    unsigned count = digits_of(digits, value, base, spec->letter == 'X');
    unsigned len = prefix_of(text, spec, negative, value == 0);
    unsigned least = spec->precision >= 0 ? (unsigned)spec->precision : 1;
    if (spec->zero && !spec->left && spec->precision < 0 && spec->width > len)
        least = spec->width - len;
    for (unsigned i = count; i < least && len < 64; i++)
        text[len++] = '0';
    while (count)
        text[len++] = digits[--count];
    put_padded(out, spec, text, len);
}

static const char *parse_flags(const char *at, struct spec *spec)
{
    for (;; at++) {
        if (*at == '-')
            spec->left = true;
        else if (*at == '0')
            spec->zero = true;
        else if (*at == '+')
            spec->plus = true;
        else if (*at == ' ')
            spec->space = true;
        else if (*at == '#')
            spec->alternate = true;
        else
            return at;
    }
}

static const char *parse_count(const char *at, unsigned *value)
{
    for (; *at >= '0' && *at <= '9'; at++)
        *value = *value < 100000 ? *value * 10 + (unsigned)(*at - '0') : *value;
    return at;
}

static const char *parse_length(const char *at, struct spec *spec)
{
    unsigned longs = 0;
    for (; *at == 'h' || *at == 'l' || *at == 'z' || *at == 'j' || *at == 't'; at++)
        longs += *at == 'l' ? 1 : *at == 'j' ? 2 : 0;
    spec->wide = longs >= 2;
    return at;
}

static void put_string(struct out *out, const struct spec *spec, const char *text)
{
    text = text ? text : "(null)";
    put_padded(out, spec, text, strnlen(text, spec->precision >= 0 ? (size_t)spec->precision : (size_t)-1));
}

/* A pass through the arguments: what a conversion takes. */
struct arguments {
    va_list list;
};

static void convert(struct out *out, const struct spec *spec, struct arguments *args)
{
    if (spec->letter == 's') {
        put_string(out, spec, va_arg(args->list, const char *));
    } else if (spec->letter == 'c') {
        char c = (char)va_arg(args->list, int);
        put_padded(out, spec, &c, 1);
    } else if (spec->letter == 'd' || spec->letter == 'i') {
        int64_t value = spec->wide ? va_arg(args->list, long long) : va_arg(args->list, int);
        put_number(out, spec, value < 0 ? 0 - (uint64_t)value : (uint64_t)value, value < 0);
    } else if (spec->letter == 'p') {
        put_number(out, spec, va_arg(args->list, unsigned), false);
    } else if (spec->letter && strchr("uxXo", spec->letter)) {
        put_number(out, spec, spec->wide ? va_arg(args->list, unsigned long long) : va_arg(args->list, unsigned), false);
    } else if (spec->letter) {
        put(out, '%');
        if (spec->letter != '%')
            put(out, spec->letter);
    }
}

static const char *parse(const char *at, struct spec *spec, struct arguments *args)
{
    *spec = (struct spec){.precision = -1};
    at = parse_flags(at, spec);
    if (*at == '*') {
        int width = va_arg(args->list, int);
        spec->left |= width < 0;
        spec->width = (unsigned)(width < 0 ? -width : width);
        at++;
    }
    at = parse_count(at, &spec->width);
    if (*at == '.') {
        unsigned precision = 0;
        at = parse_count(at + 1, &precision);
        spec->precision = (int)precision;
        if (*at == '*') {
            spec->precision = va_arg(args->list, int);
            at++;
        }
    }
    at = parse_length(at, spec);
    spec->letter = *at;
    return *at ? at + 1 : at;
}

int vsnprintf(char *to, size_t room, const char *format, va_list list)
{
    struct out out = {to, room, 0};
    struct arguments args;
    va_copy(args.list, list);
    while (*format) {
        if (*format != '%') {
            put(&out, *format++);
            continue;
        }
        struct spec spec;
        format = parse(format + 1, &spec, &args);
        convert(&out, &spec, &args);
    }
    va_end(args.list);
    if (room)
        to[out.len < room ? out.len : room - 1] = 0;
    return (int)out.len;
}

int snprintf(char *to, size_t room, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    int len = vsnprintf(to, room, format, args);
    va_end(args);
    return len;
}
