/* SPDX-License-Identifier: MIT */
#include "probe/bufinfo.h"

#include <string.h>

#include "probe/text.h"

enum { COL_SIZE, COL_FLAGS, COL_MODE, COL_COUNT, COL_EXPORTER, COL_INO, COL_NAME, COLUMNS };
static const char *const column_names[COLUMNS] = { "size", "flags", "mode", "count", "exp_name", "ino", "name" };

#define MAX_FIELDS 16

void probe_bufinfo_init(struct probe_bufinfo *state, qda_fact_fn fn, void *arg)
{
    *state = (struct probe_bufinfo){ .fn = fn, .arg = arg };
    for (int i = 0; i < COLUMNS; i++)
        state->columns[i] = i;
}

/* Cuts a line at its tabs; the last field of `max` keeps the rest, tabs and all. */
static int split(char *line, char *fields[], int max)
{
    int count = 0;
    while (count < max) {
        fields[count++] = line;
        char *tab = count < max ? strchr(line, '\t') : NULL;
        if (tab == NULL)
            break;
        *tab = '\0';
        line = tab + 1;
    }
    return count;
}

/* The head names the columns. The name is the last field, also where the head does not say so (before 5.19). */
static void read_head(struct probe_bufinfo *state, char *line)
{
    char *fields[MAX_FIELDS];
    int count = split(line, fields, MAX_FIELDS);
    for (int c = 0; c < COLUMNS; c++)
        state->columns[c] = -1;
    for (int i = 0; i < count; i++) {
        probe_trim(fields[i], strlen(fields[i]));
        for (int c = 0; c < COLUMNS; c++)
            if (strcmp(fields[i], column_names[c]) == 0)
                state->columns[c] = i;
    }
    if (state->columns[COL_NAME] < 0 && state->columns[COL_INO] == count - 1)
        state->columns[COL_NAME] = count;
}

/*
 * A number as the kernel writes it: at least eight digits. A buffer's name is the user's, 31 bytes at most, and may hold
 * newlines and tabs; so long a line of numbers does not fit into it, and nobody can forge a buffer.
 */
static bool wide_number(const char *text, uint64_t *out)
{
    const char *p = text;
    return probe_number(&p, 10, out) && *p == '\0' && p - text >= 8;
}

static const char *field(const struct probe_bufinfo *state, char *fields[], int count, int column)
{
    int at = state->columns[column];
    return at >= 0 && at < count ? fields[at] : "";
}

static int give_buffer(struct probe_bufinfo *state, char *line)
{
    char *fields[MAX_FIELDS];
    int last = state->columns[COL_NAME];
    int count = split(line, fields, last >= 0 && last < MAX_FIELDS ? last + 1 : MAX_FIELDS);
    struct qda_fact fact = { .kind = QDA_FACT_BUFFER };
    fact.buffer.tier = QDA_TIER_BUFINFO;
    if (!wide_number(field(state, fields, count, COL_SIZE), &fact.buffer.size))
        return 0;
    state->attached = false;
    state->ino = 0;
    state->devices = 0;
    state->seen++;
    if (!wide_number(field(state, fields, count, COL_INO), &fact.buffer.ino)) {
        state->nameless++;
        return 0;
    }
    state->ino = fact.buffer.ino;
    fact.buffer.exporter = field(state, fields, count, COL_EXPORTER);
    fact.buffer.name = field(state, fields, count, COL_NAME);
    if (strcmp(fact.buffer.name, "<none>") == 0)
        fact.buffer.name = "";
    fact.buffer.has_references = wide_number(field(state, fields, count, COL_COUNT), &fact.buffer.references);
    return state->fn(state->arg, &fact);
}

static int give_device(struct probe_bufinfo *state, const char *line)
{
    struct qda_fact fact = { .kind = QDA_FACT_ATTACHMENT };
    fact.attachment.ino = state->ino;
    fact.attachment.device = line + strspn(line, "\t ");
    if (fact.attachment.device[0] == '\0')
        return 0;
    state->devices++;
    return state->ino != 0 ? state->fn(state->arg, &fact) : 0;
}

/* "Total N devices attached" or "Total N objects, M bytes". */
static void read_total(struct probe_bufinfo *state, const char *line)
{
    const char *p = line + strlen("Total ");
    uint64_t count;
    if (!probe_number(&p, 10, &count))
        return;
    if (strncmp(p, " devices attached", 17) == 0) {
        if (state->attached)
            state->torn += count != state->devices;
        state->attached = false;
        state->ino = 0;
    } else if (strncmp(p, " objects", 8) == 0) {
        state->total = count;
        state->ended = true;
    }
}

int probe_bufinfo_line(struct probe_bufinfo *state, char *line)
{
    const char *text = line + strspn(line, "\t");
    if (strncmp(line, "size", 4) == 0 && strchr(line, '\t') != NULL)
        read_head(state, line);
    else if (line[0] >= '0' && line[0] <= '9')
        return give_buffer(state, line);
    else if (strcmp(text, "Attached Devices:") == 0)
        state->attached = true;
    else if (strncmp(text, "Total ", 6) == 0)
        read_total(state, text);
    else if (strncmp(text, "ERROR locking buffer object", 27) == 0)
        state->skipped++;
    else if (state->attached && line[0] == '\t')
        return give_device(state, line);
    return 0;
}
