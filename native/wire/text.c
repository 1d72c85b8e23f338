/* SPDX-License-Identifier: MIT */
#include "wire/text.h"

#include <stdint.h>
#include <string.h>

#include <pb_encode.h>

/* Bytes of the valid UTF-8 sequence at `at` (RFC 3629: no overlong forms, no surrogates, up to U+10FFFF), or 0. */
static size_t sequence(const uint8_t *at, size_t left)
{
    static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
    if (at[0] < 0x80)
        return 1;
    size_t len = at[0] >= 0xf0 ? 4 : at[0] >= 0xe0 ? 3 : 2;
    if (at[0] < 0xc2 || at[0] > 0xf4 || left < len)
        return 0;
    uint32_t point = at[0] & (0xffu >> (len + 1));
    for (size_t i = 1; i < len; i++) {
        if ((at[i] & 0xc0) != 0x80)
            return 0;
        point = point << 6 | (at[i] & 0x3f);
    }
    bool surrogate = point >= 0xd800 && point <= 0xdfff;
    return point < least[len] || surrogate || point > 0x10ffff ? 0 : len;
}

void qda_text_clean(char *text, size_t len)
{
    for (size_t i = 0; i < len;) {
        size_t valid = sequence((const uint8_t *)text + i, len - i);
        if (valid == 0)
            text[i] = '?';
        i += valid ? valid : 1;
    }
}

size_t qda_text_copy(char *out, size_t cap, const char *text)
{
    size_t len = strnlen(text, cap);
    if (len == cap) {
        len = cap - 1;
        while (len > 0 && ((uint8_t)text[len] & 0xc0) == 0x80)
            len--;
    }
    memmove(out, text, len);
    out[len] = '\0';
    qda_text_clean(out, len);
    return len;
}

/* Writes the text in runs of valid bytes, each bad byte as '?'. */
static bool write_clean(pb_ostream_t *stream, const uint8_t *text, size_t len)
{
    size_t done = 0;
    for (size_t i = 0; i < len;) {
        size_t valid = sequence(text + i, len - i);
        if (valid == 0) {
            if (!pb_write(stream, text + done, i - done) || !pb_write(stream, (const pb_byte_t *)"?", 1))
                return false;
            done = i + 1;
        }
        i += valid ? valid : 1;
    }
    return pb_write(stream, text + done, len - done);
}

static bool encode(pb_ostream_t *stream, const pb_field_t *field, const char *text)
{
    size_t len = strlen(text);
    return pb_encode_tag_for_field(stream, field) && pb_encode_varint(stream, len) &&
           write_clean(stream, (const uint8_t *)text, len);
}

static bool encode_text(pb_ostream_t *stream, const pb_field_t *field, void *const *arg)
{
    const char *text = *arg;
    return !text || text[0] == '\0' || encode(stream, field, text);
}

static bool encode_present(pb_ostream_t *stream, const pb_field_t *field, void *const *arg)
{
    const char *text = *arg;
    return !text || encode(stream, field, text);
}

pb_callback_t qda_text(const char *text)
{
    return (pb_callback_t){.funcs.encode = encode_text, .arg = (void *)(uintptr_t)text};
}

pb_callback_t qda_text_present(const char *text)
{
    return (pb_callback_t){.funcs.encode = encode_present, .arg = (void *)(uintptr_t)text};
}
