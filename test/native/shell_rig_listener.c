/* SPDX-License-Identifier: MIT */
#include "shell_rig.h"

#include "check.h"

/* The CPU's side of reverse calls: files from memory, heap memory, log lines. */

#define ROOM QDA_REVERSE_ROOM
#define APPS_STD 11u
#define APPS_MEM 12u
#define APPS_MSGD 13u
#define ENOSUCHFILE 0x45

static struct qda_reverse_done done;
static struct qda_reverse_call call;
static _Alignas(8) uint8_t outputs[ROOM], inputs[ROOM];
static struct rig_message waiting;

static uint32_t first_method(const struct rig *rig)
{
    return rig->listener == QDA_HANDLE_LISTENER1 ? 5 : 3;
}

static void send_next2(struct rig *rig)
{
    static struct rig_arg args[4];
    done.room = rig->listener_room ? rig->listener_room : ROOM;
    args[0] = RIG_IN(&done, sizeof(done));
    args[1] = RIG_IN(outputs, done.out_len);
    args[2] = RIG_OUT(&call, sizeof(call));
    args[3] = RIG_OUT(inputs, done.room);
    uint32_t sc = QDA_SCALARS_BUILD(0, first_method(rig) + 1, 2, 2, 0, 0);
    rig_lay_listener(rig, &waiting, sc, args);
    rig->listener_ctx = rig_send(rig, rig->listener, &waiting);
}

bool rig_listen(struct rig *rig, uint32_t handle)
{
    rig->listener = handle;
    uint32_t sc = QDA_SCALARS_BUILD(0, first_method(rig), 0, 0, 0, 0);
    if (!CHECK_INT(rig_call(rig, handle, sc, NULL), 0))
        return false;
    done = (struct qda_reverse_done){0, -1, 0, ROOM};
    send_next2(rig);
    return true;
}

void rig_serve(struct rig *rig, const char *name, const void *bytes, size_t len)
{
    unsigned i = 0;
    while (i < rig->file_count && strcmp(rig->files[i].name, name) != 0)
        i++;
    if (!CHECK(i < RIG_FILES))
        return;
    rig->file_count += i == rig->file_count;
    snprintf(rig->files[i].name, sizeof(rig->files[i].name), "%s", name);
    rig->files[i].bytes = bytes;
    rig->files[i].len = len;
}

static uint32_t word(const struct qda_part *part, unsigned i)
{
    uint32_t out = 0;
    if (CHECK(part->len >= 4 * (i + 1)))
        memcpy(&out, (const uint8_t *)part->data + 4 * i, 4);
    return out;
}

static int32_t on_remotectl(const struct qda_part *parts, struct qda_part *outs)
{
    static const struct {
        const char *name;
        uint32_t handle;
    } modules[] = {{QDA_APPS_STD_URI, APPS_STD}, {QDA_APPS_MEM_URI, APPS_MEM}, {QDA_MSGD_URI, APPS_MSGD}};
    for (unsigned i = 0; i < 3; i++) {
        if (strncmp(modules[i].name, parts[1].data, parts[1].len) == 0)
            memcpy(outs[0].data, &modules[i].handle, 4);
    }
    return 0;
}

static int32_t std_open(struct rig *rig, const struct qda_part *parts, struct qda_part *outs)
{
    for (uint32_t fd = 1; fd < 16; fd++) {
        if (rig->open[fd].file)
            continue;
        for (unsigned i = 0; i < rig->file_count; i++) {
            if (strncmp(rig->files[i].name, parts[3].data, parts[3].len) != 0)
                continue;
            rig->open[fd].file = &rig->files[i];
            rig->open[fd].pos = 0;
            memcpy(outs[0].data, &fd, 4);
            return 0;
        }
    }
    return ENOSUCHFILE;
}

static int32_t std_read(struct rig *rig, uint32_t fd, uint32_t room, struct qda_part *outs)
{
    size_t left = rig->open[fd].file->len - rig->open[fd].pos;
    uint32_t answer[2] = {(uint32_t)(left < room ? left : room), left <= room};
    CHECK(room <= outs[1].len);
    memcpy(outs[0].data, answer, sizeof(answer));
    memcpy(outs[1].data, (const uint8_t *)rig->open[fd].file->bytes + rig->open[fd].pos, answer[0]);
    rig->open[fd].pos += answer[0];
    return 0;
}

static int32_t on_std(struct rig *rig, const struct qda_part *parts, struct qda_part *outs)
{
    uint32_t method = QDA_SCALARS_METHOD(call.sc), fd = method == QDA_APPS_STD_FOPEN_WITH_ENV ? 0 : word(&parts[0], 0);
    if (method == QDA_APPS_STD_FOPEN_WITH_ENV)
        return std_open(rig, parts, outs);
    if (!CHECK(fd < 16 && rig->open[fd].file))
        return QDA_AEE_EBADPARM;
    if (method == QDA_APPS_STD_FREAD)
        return std_read(rig, fd, word(&parts[0], 1), outs);
    if (method == QDA_APPS_STD_FLEN)
        memcpy(outs[0].data, &(uint64_t){rig->open[fd].file->len}, 8);
    else if (method == QDA_APPS_STD_FCLOSE)
        rig->open[fd].file = NULL;
    else
        return QDA_AEE_EUNSUPPORTED;
    return 0;
}

/* Memory of the CPU's becomes heap: mapped for the bank, then by handle 1. */
static int32_t on_mem(struct rig *rig, const struct qda_part *parts, struct qda_part *outs)
{
    struct qda_apps_mem_map map;
    uint64_t answer[2] = {0, 0};
    CHECK_INT(QDA_SCALARS_METHOD(call.sc), QDA_APPS_MEM_MAP64);
    memcpy(&map, parts[0].data, sizeof(map));
    CHECK_HEX(map.rflags, 0x1000);
    if (rig->refuse_heap || rig->heap_maps == 16)
        return QDA_AEE_ENOMEMORY;
    struct rig_memory *memory = &rig->heap[rig->heap_maps++];
    *memory = rig_memory(rig, map.len);
    uint64_t iova = rig_map(rig, memory, 0, map.len);
    int32_t ret = rig_dsp_map(rig, iova, map.len, map.rflags, &answer[1]);
    memcpy(outs[0].data, answer, sizeof(answer));
    return ret;
}

static int32_t on_log(struct rig *rig, const struct qda_part *parts)
{
    uint32_t len = word(&parts[0], 0);
    CHECK(len <= parts[1].len && len % 256 == 0);
    for (uint32_t at = 0; at < len; at += 256) {
        char *line = rig->log[rig->log_count % RIG_LINES];
        unsigned dropped;
        snprintf(line, 512, "%.218s", (const char *)parts[1].data + at + 8);
        if (sscanf(line, "%u lines of the log were dropped", &dropped) == 1)
            rig->log_dropped += dropped;
        else
            rig->log_count++;
    }
    return 0;
}

static int32_t serve(struct rig *rig, const struct qda_part *parts, struct qda_part *outs)
{
    switch (call.handle) {
    case QDA_APPS_REMOTECTL:
        return on_remotectl(parts, outs);
    case APPS_STD:
        return on_std(rig, parts, outs);
    case APPS_MEM:
        return on_mem(rig, parts, outs);
    case APPS_MSGD:
        return on_log(rig, parts);
    default:
        return QDA_AEE_EUNSUPPORTED;
    }
}

/* Outputs are written where they will be packed. */
static uint32_t make_room(struct qda_part *outs, uint32_t count)
{
    struct qda_pack pack = {outputs, sizeof(outputs), 0};
    for (uint32_t i = 0; i < count; i++) {
        CHECK(qda_pack_buffer(&pack, NULL, outs[i].len));
        outs[i].data = outputs + pack.len - outs[i].len;
    }
    return (uint32_t)pack.len;
}

/* The rest of the inputs, where they did not fit. */
static void fetch(struct rig *rig)
{
    uint32_t room = done.room, in[3] = {call.context, room, ROOM - room}, needed = 0;
    const struct rig_arg args[] = {RIG_IN(in, sizeof(in)), RIG_OUT(&needed, 4), RIG_OUT(inputs + room, ROOM - room)};
    uint32_t sc = QDA_SCALARS_BUILD(0, first_method(rig) + 2, 1, 2, 0, 0);
    CHECK_INT(rig_call(rig, rig->listener, sc, args), 0);
    CHECK_INT(needed, call.needed);
    rig->fetched++;
}

void rig_listener_answer(struct rig *rig, int32_t ret)
{
    struct qda_part parts[16];
    rig->listener_ctx = 0;
    rig->reverse_calls++;
    if (!CHECK_INT(ret, 0))
        return;
    memcpy(&call, rig->slab.at + waiting.places[2], sizeof(call));
    memcpy(inputs, rig->slab.at + waiting.places[3], done.room);
    if (call.needed > done.room)
        fetch(rig);
    bool read = CHECK(call.needed <= ROOM) && CHECK_INT(qda_unpack_inputs(call.sc, inputs, call.needed, parts, 16), 0);
    struct qda_part *outs = parts + QDA_SCALARS_IN(call.sc);
    uint32_t len = read ? make_room(outs, QDA_SCALARS_OUT(call.sc)) : 0, context = call.context;
    int32_t result = read ? serve(rig, parts, outs) : QDA_AEE_EBADPARM;
    done = (struct qda_reverse_done){context, result, result ? 0 : len, 0};
    send_next2(rig);
}

bool rig_has_log(const struct rig *rig, const char *part)
{
    for (unsigned i = 0; i < rig->log_count && i < RIG_LINES; i++) {
        if (strstr(rig->log[i], part))
            return true;
    }
    return false;
}

int32_t rig_open(struct rig *rig, uint32_t remotectl, const char *uri, uint32_t *handle, char text[256])
{
    uint32_t lengths[2] = {(uint32_t)strlen(uri) + 1, 255}, answer[2] = {0, 0};
    const struct rig_arg args[] = {RIG_IN(lengths, sizeof(lengths)), RIG_IN(uri, lengths[0]),
                                   RIG_OUT(answer, sizeof(answer)), RIG_OUT(text, 255)};
    uint32_t method = remotectl == QDA_HANDLE_REMOTECTL1 ? 2 : 0;
    memset(text, 0, 256);
    int32_t ret = rig_call(rig, remotectl, QDA_SCALARS_BUILD(0, method, 2, 2, 0, 0), args);
    *handle = answer[0];
    return ret ? ret : (int32_t)answer[1];
}

int32_t rig_close(struct rig *rig, uint32_t remotectl, uint32_t handle, char text[256])
{
    uint32_t in[2] = {handle, 255}, answer = 0;
    const struct rig_arg args[] = {RIG_IN(in, sizeof(in)), RIG_OUT(&answer, 4), RIG_OUT(text, 255)};
    uint32_t method = remotectl == QDA_HANDLE_REMOTECTL1 ? 3 : 1;
    memset(text, 0, 256);
    int32_t ret = rig_call(rig, remotectl, QDA_SCALARS_BUILD(0, method, 1, 2, 0, 0), args);
    return ret ? ret : (int32_t)answer;
}
