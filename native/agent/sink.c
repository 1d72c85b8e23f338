/* SPDX-License-Identifier: MIT */
#include "agent/sink.h"

#include <assert.h>
#include <string.h>

#include "wire/gen/qda_lab.pb.h"
#include "wire/put.h"
#include "wire/text.h"

/* Numbers around the samples of a block, at their longest. */
#define BLOCK_OVERHEAD 64u
#define BLOCK_BYTES (SINK_BLOCK_SAMPLES * sizeof(uint64_t) + BLOCK_OVERHEAD)

#define MOST_BLOCKS 16u

_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "samples travel as they lie in memory, little-endian");

void sink_begin(struct sink *sink, uint32_t index)
{
    sink->index = index;
    sink->declared = 0;
    sink->taken = sink->dropped = 0;
    for (unsigned i = 0; i < QDA_MAX_SERIES; i++) {
        sink->series[i].fill = 0;
        sink->series[i].first = 0;
        sink->series[i].name[0] = '\0';
    }
}

static size_t encode(const struct sink *sink, unsigned series, uint8_t *out, size_t cap)
{
    const struct sink_series *from = &sink->series[series];
    struct qda_put put = qda_put_into(out, cap);
    qda_put_uint(&put, qdalab_SampleBlock_block_tag, sink->blocks->last + 1);
    qda_put_uint(&put, qdalab_SampleBlock_index_tag, sink->index);
    qda_put_uint(&put, qdalab_SampleBlock_series_tag, series);
    qda_put_uint(&put, qdalab_SampleBlock_first_tag, from->first);
    qda_put_bytes(&put, qdalab_SampleBlock_ns_tag, from->ns, from->fill * sizeof(from->ns[0]));
    qda_put_uint(&put, qdalab_SampleBlock_simulated_tag, sink->simulated);
    assert(!put.full);
    return put.len;
}

static void flush_series(struct sink *sink, unsigned series)
{
    struct sink_series *from = &sink->series[series];
    if (from->fill == 0)
        return;
    size_t cap = from->fill * sizeof(from->ns[0]) + BLOCK_OVERHEAD;
    uint8_t *room = blocks_reserve(sink->blocks, cap, BLOCK_SAMPLES);
    if (room) {
        blocks_commit(sink->blocks, qdalab_FromAgent_samples_tag, encode(sink, series, room, cap));
    } else {
        blocks_drop(sink->blocks);
        sink->dropped += from->fill;
    }
    from->first += from->fill;
    from->fill = 0;
}

void sink_flush(struct sink *sink)
{
    for (unsigned i = 0; i < QDA_MAX_SERIES; i++)
        flush_series(sink, i);
}

static void declare(void *arg, unsigned series, const char *name)
{
    struct sink *sink = arg;
    assert(series < QDA_MAX_SERIES);
    qda_text_copy(sink->series[series].name, SINK_NAME_LEN, name);
    if (sink->declared <= series)
        sink->declared = series + 1;
}

static void append(void *arg, unsigned series, uint64_t ns)
{
    struct sink *sink = arg;
    assert(series < QDA_MAX_SERIES);
    struct sink_series *to = &sink->series[series];
    to->ns[to->fill++] = ns;
    sink->taken++;
    if (to->fill == SINK_BLOCK_SAMPLES)
        flush_series(sink, series);
}

static bool room(void *arg, size_t samples)
{
    const struct sink *sink = arg;
    size_t blocks = samples / SINK_BLOCK_SAMPLES + QDA_MAX_SERIES;
    if (blocks > MOST_BLOCKS)
        blocks = MOST_BLOCKS; /* asking for more than the ring could ever have must not wait for ever */
    return !sink->attended || blocks_have_room(sink->blocks, blocks * (BLOCK_BYTES + sizeof(struct block)));
}

bool sink_has_room(const struct sink *sink)
{
    return room((void *)(uintptr_t)sink, 0);
}

struct qda_sink sink_face(struct sink *sink)
{
    return (struct qda_sink){.arg = sink, .declare = declare, .append = append, .room = room};
}
