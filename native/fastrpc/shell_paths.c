/* SPDX-License-Identifier: MIT */
#include "fastrpc/shell_paths.h"

#include <string.h>

#define DEPTH_NONE (-1)

/* One line as a pair: both sides without quotes and spaces; value is empty where the line opens a mapping. */
struct pair {
    int indent;
    char key[256];
    char value[512];
};

/*
 * A scalar at *at, plain or quoted, up to `end`; *at is left behind it. A plain key ends at ": " or at a ':' that ends the line, a
 * plain value at " #". False where it does not fit or a quote stays open.
 */
static bool read_scalar(const char **at, const char *end, bool key, char *out, size_t room)
{
    const char *p = *at;
    char quote = p < end && (*p == '"' || *p == '\'') ? *p++ : '\0';
    size_t n = 0;
    for (;; p++) {
        if (p == end && quote)
            return false;
        if (p == end || (quote && *p == quote))
            break;
        if (!quote && key && *p == ':' && (p + 1 == end || p[1] == ' '))
            break;
        if (!quote && *p == '#' && n > 0 && out[n - 1] == ' ')
            break;
        if (quote == '"' && *p == '\\' && p + 1 < end)
            p++;
        if (n + 1 >= room)
            return false;
        out[n++] = *p;
    }
    while (!quote && n > 0 && out[n - 1] == ' ')
        n--;
    out[n] = '\0';
    *at = quote ? p + 1 : p;
    return true;
}

static const char *skip_spaces(const char *p, const char *end)
{
    while (p < end && *p == ' ')
        p++;
    return p;
}

/* False for an empty line, a comment, and what is no pair. */
static bool read_pair(const char *line, const char *end, struct pair *out)
{
    while (end > line && (end[-1] == '\r' || end[-1] == ' '))
        end--;
    const char *p = skip_spaces(line, end);
    if (p == end || *p == '#' || *p == '-')
        return false;
    out->indent = (int)(p - line);
    if (!read_scalar(&p, end, true, out->key, sizeof out->key))
        return false;
    p = skip_spaces(p, end);
    if (p == end || *p != ':')
        return false;
    p = skip_spaces(p + 1, end);
    out->value[0] = '\0';
    return p == end || *p == '#' || read_scalar(&p, end, false, out->value, sizeof out->value);
}

/* Where we are: indents of "machines:" and of the machine's own line. */
struct place {
    int machines, machine;
};

static bool step(struct place *place, const struct pair *pair, const char *machine)
{
    if (pair->indent <= place->machine)
        place->machine = DEPTH_NONE;
    if (pair->indent <= place->machines)
        place->machines = DEPTH_NONE;
    if (place->machine != DEPTH_NONE)
        return strcmp(pair->key, "DSP_LIBRARY_PATH") == 0 && pair->value[0] != '\0';
    if (place->machines != DEPTH_NONE && strcmp(pair->key, machine) == 0)
        place->machine = pair->indent;
    else if (place->machines == DEPTH_NONE && strcmp(pair->key, "machines") == 0)
        place->machines = pair->indent;
    return false;
}

bool rpc_yaml_library_path(const char *text, size_t len, const char *machine, char *out, size_t room)
{
    struct place place = {DEPTH_NONE, DEPTH_NONE};
    struct pair pair;
    for (size_t at = 0; at < len;) {
        const char *line = text + at;
        const char *end = memchr(line, '\n', len - at);
        end = end ? end : text + len;
        at = (size_t)(end - text) + 1;
        if (!read_pair(line, end, &pair) || !step(&place, &pair, machine))
            continue;
        size_t value = strlen(pair.value);
        if (value >= room)
            return false;
        memcpy(out, pair.value, value + 1);
        return true;
    }
    return false;
}
