/* SPDX-License-Identifier: MIT */
#include "vq_rig.h"

#include "check.h"
#include "vqda/client/client.h"
#include "wire/frame.h"

#include <pb_decode.h>
#include <pb_encode.h>

#include <poll.h>
#include <signal.h>
#include <stddef.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#define HUNG_MS 60000
#define MAX_ARGUMENTS 16

/* TREE/test/native/THIS -> TREE/native/vqda/vqda */
bool rig_vqda_path(char *out, size_t len)
{
    const char *given = getenv("QDA_VQDA");
    if (given)
        return (size_t)snprintf(out, len, "%s", given) < len;
    ssize_t got = readlink("/proc/self/exe", out, len - 1);
    out[got > 0 ? got : 0] = '\0';
    char *tail = strstr(out, "/test/native/");
    return tail && (size_t)snprintf(tail, len - (size_t)(tail - out), "/native/vqda/vqda") < len - (size_t)(tail - out);
}

static void become(const char *path, const struct vq_rig *rig, const char *const *arguments, int out)
{
    /* What these tests are about ends at the driver; one that wants the DSP says --dsp emulated. */
    const char *argv[MAX_ARGUMENTS + 7] = { path, "--board", rig->name, "--parent-death", "--dsp", "none" };
    for (size_t i = 0; arguments[i] && i < MAX_ARGUMENTS; i++)
        argv[6 + i] = arguments[i];
    dup2(out, STDOUT_FILENO);
    execv(path, (char *const *)(uintptr_t)argv);
    _exit(127);
}

/* Waits for the line "ready NAME". */
static bool ready(int from)
{
    char line[80] = "";
    size_t len = 0;
    struct pollfd wait = { .fd = from, .events = POLLIN };
    while (len < sizeof(line) - 1 && !strchr(line, '\n') && poll(&wait, 1, HUNG_MS) == 1) {
        ssize_t got = read(from, line + len, sizeof(line) - 1 - len);
        if (got <= 0)
            break;
        len += (size_t)got;
    }
    return strncmp(line, "ready ", 6) == 0;
}

static int connect_control(const struct vq_rig *rig)
{
    struct sockaddr_un addr = { .sun_family = AF_UNIX };
    int len = snprintf(addr.sun_path + 1, sizeof(addr.sun_path) - 1, "qda-lab/%u/%s/ctl", (unsigned)getuid(), rig->name);
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    socklen_t size = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + 1 + (size_t)len);
    return connect(fd, (struct sockaddr *)&addr, size) == 0 ? fd : -1;
}

bool rig_start(struct vq_rig *rig, const char *const *arguments)
{
    static int count;
    char path[4096];
    int out[2], err = 0;
    *rig = (struct vq_rig){ .control = -1 };
    snprintf(rig->name, sizeof(rig->name), "test-%d-%d", (int)getpid(), ++count);
    snprintf(rig->door, sizeof(rig->door), "qda-lab/%u/%s/vqda", (unsigned)getuid(), rig->name);
    if (!CHECK(rig_vqda_path(path, sizeof(path))) || !CHECK_INT(pipe(out), 0))
        return false;
    fflush(stdout);
    rig->pid = fork();
    if (rig->pid == 0)
        become(path, rig, arguments, out[1]);
    close(out[1]);
    bool is_ready = CHECK(ready(out[0]));
    close(out[0]);
    if (!is_ready)
        return false;
    rig->control = connect_control(rig);
    rig->sys = vq_client_open(rig->door, &err);
    return CHECK(rig->control >= 0) && CHECK_INT(err, 0) && CHECK(rig->sys != NULL);
}

void rig_stop(struct vq_rig *rig)
{
    int status = -1;
    vq_client_close(rig->sys);
    if (rig->control >= 0)
        close(rig->control);
    kill(rig->pid, SIGTERM);
    CHECK_INT(waitpid(rig->pid, &status, 0), rig->pid);
    CHECK_INT(status, 0);
}

/* ---- control */

static bool read_all(int fd, uint8_t *to, size_t len)
{
    for (size_t have = 0; have < len;) {
        ssize_t got = read(fd, to + have, len - have);
        if (got <= 0)
            return false;
        have += (size_t)got;
    }
    return true;
}

/* One request and its reply. Bytes of the reply, 0 on failure. */
static size_t exchange(struct vq_rig *rig, const qdalab_ToBoard *request, uint8_t *reply, size_t cap)
{
    uint8_t frame[QDA_FRAME_PREFIX + 512];
    pb_ostream_t stream = pb_ostream_from_buffer(frame + QDA_FRAME_PREFIX, sizeof(frame) - QDA_FRAME_PREFIX);
    if (!CHECK(pb_encode(&stream, qdalab_ToBoard_fields, request)))
        return 0;
    qda_frame_put_length(frame, (uint32_t)stream.bytes_written);
    size_t len = QDA_FRAME_PREFIX + stream.bytes_written;
    uint8_t prefix[QDA_FRAME_PREFIX];
    if (!CHECK_INT(write(rig->control, frame, len), len) || !CHECK(read_all(rig->control, prefix, sizeof(prefix))))
        return 0;
    uint32_t want = qda_frame_get_length(prefix);
    return CHECK(want <= cap) && CHECK(read_all(rig->control, reply, want)) ? want : 0;
}

typedef void (*field_fn)(void *to, uint32_t tag, pb_istream_t *text, uint64_t number);

/* Calls `fn` for each field of a message; `text` is NULL for numbers. */
static bool each_field(pb_istream_t *stream, field_fn fn, void *to)
{
    pb_wire_type_t type;
    uint32_t tag;
    bool end;
    while (pb_decode_tag(stream, &type, &tag, &end)) {
        uint64_t number = 0;
        pb_istream_t inner;
        if (type == PB_WT_VARINT) {
            if (!pb_decode_varint(stream, &number))
                return false;
            fn(to, tag, NULL, number);
        } else if (type == PB_WT_STRING && pb_make_string_substream(stream, &inner)) {
            fn(to, tag, &inner, 0);
            if (!pb_close_string_substream(stream, &inner))
                return false;
        } else {
            return false;
        }
    }
    return end;
}

static void get_text(pb_istream_t *text, char *to, size_t cap)
{
    size_t len = text->bytes_left < cap - 1 ? text->bytes_left : cap - 1;
    CHECK(pb_read(text, (pb_byte_t *)to, len));
    to[len] = '\0';
}

static void on_bank(void *to, uint32_t tag, pb_istream_t *text, uint64_t number)
{
    struct rig_bank *bank = to;
    if (tag == qdalab_BoardBank_dsp_tag)
        get_text(text, bank->dsp, sizeof(bank->dsp));
    else if (tag == qdalab_BoardBank_sid_tag)
        bank->sid = (uint32_t)number;
    else if (tag == qdalab_BoardBank_owner_tag)
        bank->owner = (uint32_t)number;
    else if (tag == qdalab_BoardBank_references_tag)
        bank->references = (uint32_t)number;
    else if (tag == qdalab_BoardBank_iova_used_tag)
        bank->iova_used = number;
}

static void on_ledger(void *to, uint32_t tag, pb_istream_t *text, uint64_t number)
{
    struct rig_ledger *line = to;
    if (tag == qdalab_LedgerEntry_quirk_tag)
        get_text(text, line->quirk, sizeof(line->quirk));
    else if (tag == qdalab_LedgerEntry_objects_tag)
        line->objects = number;
    else if (tag == qdalab_LedgerEntry_bytes_tag)
        line->bytes = number;
}

static void on_node(void *to, uint32_t tag, pb_istream_t *text, uint64_t number)
{
    struct rig_node *node = to;
    if (tag == qdalab_BoardNode_path_tag)
        get_text(text, node->path, sizeof(node->path));
    else if (tag == qdalab_BoardNode_dsp_tag)
        get_text(text, node->dsp, sizeof(node->dsp));
    else if (tag == qdalab_BoardNode_plugged_tag)
        node->plugged = number != 0;
}

static void on_total(struct rig_info *info, uint32_t tag, uint64_t number)
{
    if (tag == qdalab_BoardInfo_objects_tag)
        info->objects = number;
    else if (tag == qdalab_BoardInfo_dmabufs_tag)
        info->dmabufs = number;
    else if (tag == qdalab_BoardInfo_bytes_tag)
        info->bytes = number;
    else if (tag == qdalab_BoardInfo_files_tag)
        info->files = number;
}

/* Repeated numbers travel packed or one by one. */
static void on_workloads(struct rig_info *info, pb_istream_t *text)
{
    uint64_t pid;
    while (text && text->bytes_left > 0 && CHECK(pb_decode_varint(text, &pid)))
        info->workloads++;
    info->workloads += text == NULL;
}

static void on_info(void *to, uint32_t tag, pb_istream_t *text, uint64_t number)
{
    struct rig_info *info = to;
    if (tag == qdalab_BoardInfo_workload_pids_tag)
        on_workloads(info, text);
    else if (!text)
        on_total(info, tag, number);
    else if (tag == qdalab_BoardInfo_banks_tag && info->bank_count < 32)
        CHECK(each_field(text, on_bank, &info->banks[info->bank_count++]));
    else if (tag == qdalab_BoardInfo_ledger_tag && info->ledger_count < 8)
        CHECK(each_field(text, on_ledger, &info->ledger[info->ledger_count++]));
    else if (tag == qdalab_BoardInfo_nodes_tag && info->node_count < 16)
        CHECK(each_field(text, on_node, &info->nodes[info->node_count++]));
    else if (tag == qdalab_BoardInfo_known_differences_tag)
        info->known_differences++;
}

/* What a FromBoard held. */
struct body {
    uint32_t tag;
    struct rig_info *info;
    char failure[400];
};

static void on_failure(void *to, uint32_t tag, pb_istream_t *text, uint64_t number)
{
    struct body *body = to;
    (void)number;
    if (tag == qdalab_Failure_message_tag)
        get_text(text, body->failure, sizeof(body->failure));
}

static void on_body(void *to, uint32_t tag, pb_istream_t *text, uint64_t number)
{
    struct body *body = to;
    (void)number;
    if (tag == qdalab_FromBoard_reply_to_tag)
        return;
    body->tag = tag;
    if (tag == qdalab_FromBoard_info_tag && body->info)
        CHECK(each_field(text, on_info, body->info));
    if (tag == qdalab_FromBoard_failure_tag)
        CHECK(each_field(text, on_failure, body));
}

static uint32_t ask(struct vq_rig *rig, qdalab_ToBoard *request, struct rig_info *info)
{
    static uint8_t reply[256u << 10];
    struct body body = { .info = info };
    request->id = 7;
    size_t len = exchange(rig, request, reply, sizeof(reply));
    pb_istream_t stream = pb_istream_from_buffer(reply, len);
    if (len == 0 || !CHECK(each_field(&stream, on_body, &body)))
        return 0;
    if (body.tag == qdalab_FromBoard_failure_tag)
        printf("# the board refuses: %s\n", body.failure);
    return body.tag;
}

bool rig_status(struct vq_rig *rig, struct rig_info *out)
{
    qdalab_ToBoard request = { .which_request = qdalab_ToBoard_status_tag };
    *out = (struct rig_info){ 0 };
    return ask(rig, &request, out) == qdalab_FromBoard_info_tag;
}

bool rig_settle(struct vq_rig *rig, uint64_t objects, uint64_t files, struct rig_info *out)
{
    for (int i = 0; i < 6000; i++) {
        if (!rig_status(rig, out))
            return false;
        if (out->objects == objects && out->files == files)
            return true;
        poll(NULL, 0, 10);
    }
    printf("#     the board holds %llu objects and %llu files\n", (unsigned long long)out->objects,
           (unsigned long long)out->files);
    return false;
}

const struct rig_ledger *rig_ledger_of(const struct rig_info *info, const char *quirk)
{
    static const struct rig_ledger none;
    for (size_t i = 0; i < info->ledger_count; i++) {
        if (strcmp(info->ledger[i].quirk, quirk) == 0)
            return &info->ledger[i];
    }
    CHECK(!"the ledger has a line for the quirk");
    return &none;
}

const struct rig_bank *rig_bank_of(const struct rig_info *info, const char *dsp, uint32_t owner)
{
    for (size_t i = 0; i < info->bank_count; i++) {
        if (info->banks[i].owner == owner && strcmp(info->banks[i].dsp, dsp) == 0)
            return &info->banks[i];
    }
    return NULL;
}

bool rig_fault(struct vq_rig *rig, const qdalab_SetFault *fault)
{
    qdalab_ToBoard request = { .which_request = qdalab_ToBoard_set_fault_tag, .request.set_fault = *fault };
    return ask(rig, &request, NULL) == qdalab_FromBoard_done_tag;
}

bool rig_clear_faults(struct vq_rig *rig)
{
    qdalab_ToBoard request = { .which_request = qdalab_ToBoard_clear_faults_tag };
    return ask(rig, &request, NULL) == qdalab_FromBoard_done_tag;
}

bool rig_unplug(struct vq_rig *rig, const char *dsp)
{
    qdalab_ToBoard request = { .which_request = qdalab_ToBoard_unplug_tag };
    snprintf(request.request.unplug.dsp, sizeof(request.request.unplug.dsp), "%s", dsp);
    return ask(rig, &request, NULL) == qdalab_FromBoard_done_tag;
}

bool rig_replug(struct vq_rig *rig, const char *dsp)
{
    qdalab_ToBoard request = { .which_request = qdalab_ToBoard_replug_tag };
    snprintf(request.request.replug.dsp, sizeof(request.request.replug.dsp), "%s", dsp);
    return ask(rig, &request, NULL) == qdalab_FromBoard_done_tag;
}

bool rig_start_workload(struct vq_rig *rig, const char *kind, uint32_t processes)
{
    qdalab_ToBoard request = { .which_request = qdalab_ToBoard_start_workload_tag };
    snprintf(request.request.start_workload.kind, sizeof(request.request.start_workload.kind), "%s", kind);
    request.request.start_workload.processes = processes;
    return ask(rig, &request, NULL) == qdalab_FromBoard_workload_tag;
}

bool rig_stop_workloads(struct vq_rig *rig)
{
    qdalab_ToBoard request = { .which_request = qdalab_ToBoard_stop_workload_tag };
    return ask(rig, &request, NULL) == qdalab_FromBoard_done_tag;
}

bool rig_kill_client(struct vq_rig *rig, uint32_t pid)
{
    qdalab_ToBoard request = { .which_request = qdalab_ToBoard_kill_client_tag, .request.kill_client.pid = pid };
    return ask(rig, &request, NULL) == qdalab_FromBoard_done_tag;
}
