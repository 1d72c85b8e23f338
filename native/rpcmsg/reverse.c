/* SPDX-License-Identifier: MIT */
#include "rpcmsg/reverse.h"

static size_t align8(size_t at)
{
    return (at + 7) & ~(size_t)7;
}

static void copy(uint8_t *to, const uint8_t *from, size_t len)
{
    for (size_t i = 0; i < len; i++)
        to[i] = from ? from[i] : 0;
}

/* Takes `len` bytes at `place`; NULL where they do not fit. */
static uint8_t *take(struct qda_pack *pack, size_t place, size_t len)
{
    pack->len = place + len;
    return pack->len <= pack->room ? pack->at + place : NULL;
}

bool qda_pack_length(struct qda_pack *pack, uint32_t len)
{
    uint8_t *to = take(pack, pack->len, sizeof(len));
    if (to)
        copy(to, (const uint8_t *)&len, sizeof(len));
    return to != NULL;
}

bool qda_pack_buffer(struct qda_pack *pack, const void *data, uint32_t len)
{
    bool fits = qda_pack_length(pack, len);
    uint8_t *to = take(pack, align8(pack->len), len);
    if (to)
        copy(to, data, len);
    return fits && to;
}

struct reader {
    const uint8_t *at;
    size_t len;
    size_t pos;
};

static bool read_length(struct reader *in, uint32_t *len)
{
    if (in->len - in->pos < sizeof(*len))
        return false;
    copy((uint8_t *)len, in->at + in->pos, sizeof(*len));
    in->pos += sizeof(*len);
    return true;
}

/* The place of a payload of `len` bytes, or SIZE_MAX. */
static size_t read_payload(struct reader *in, uint32_t len)
{
    size_t place = align8(in->pos);
    if (place > in->len || in->len - place < len)
        return SIZE_MAX;
    in->pos = place + len;
    return place;
}

int qda_unpack_inputs(uint32_t sc, uint8_t *at, size_t len, struct qda_part *parts, size_t max)
{
    struct reader in = {at, len, 0};
    size_t ins = QDA_SCALARS_IN(sc), all = ins + QDA_SCALARS_OUT(sc);
    if (all > max)
        return -1;
    for (size_t i = 0; i < all; i++) {
        parts[i].data = NULL;
        if (!read_length(&in, &parts[i].len))
            return -1;
        size_t place = i < ins ? read_payload(&in, parts[i].len) : 0;
        if (place == SIZE_MAX)
            return -1;
        if (i < ins)
            parts[i].data = at + place;
    }
    return 0;
}

int qda_unpack_outputs(uint32_t sc, const uint8_t *at, size_t len, const struct qda_part *outs)
{
    struct reader in = {at, len, 0};
    for (size_t i = 0; i < QDA_SCALARS_OUT(sc); i++) {
        uint32_t got;
        if (!read_length(&in, &got) || got != outs[i].len)
            return -1;
        size_t place = read_payload(&in, got);
        if (place == SIZE_MAX)
            return -1;
        copy(outs[i].data, at + place, got);
    }
    return 0;
}
