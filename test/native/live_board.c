/* SPDX-License-Identifier: MIT */
#include "live_board.h"

#include "vqda/client/client.h"
#include "wire/frame.h"
#include "wire/gen/qda_lab.pb.h"

#include <pb_decode.h>
#include <pb_encode.h>

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

extern char **environ;

#define HUNG_MS 20000
#define MAX_ARGS 8

static bool trouble(const char *what)
{
    printf("# virtual board: %s: %s\n", what, strerror(errno));
    return false;
}

/* .build/TREE/test/native/THIS -> .build/TREE/native/vqda/vqda */
static bool program(char *out, size_t len)
{
    char self[512];
    ssize_t got = readlink("/proc/self/exe", self, sizeof self - 1);
    if (got < 0)
        return trouble("readlink");
    self[got] = '\0';
    for (int i = 0; i < 3; i++)
        *strrchr(self, '/') = '\0';
    return (size_t)snprintf(out, len, "%s/native/vqda/vqda", self) < len;
}

static bool spawn(struct live_board *board, const char *const *args)
{
    char path[600];
    const char *argv[MAX_ARGS + 5] = {path, "--board", board->name, "--parent-death"};
    int ends[2];
    posix_spawn_file_actions_t actions;
    if (!program(path, sizeof path) || pipe(ends) < 0)
        return trouble("start");
    for (size_t i = 0; i < MAX_ARGS && args[i]; i++)
        argv[4 + i] = args[i];
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
    posix_spawn_file_actions_addclose(&actions, ends[0]);
    posix_spawn_file_actions_addclose(&actions, ends[1]);
    errno = posix_spawn(&board->pid, path, &actions, NULL, (char *const *)(uintptr_t)argv, environ);
    posix_spawn_file_actions_destroy(&actions);
    close(ends[1]);
    board->out = ends[0];
    return errno == 0 || trouble(path);
}

static bool wait_ready(const struct live_board *board)
{
    struct pollfd out = {.fd = board->out, .events = POLLIN};
    char line[128];
    if (poll(&out, 1, HUNG_MS) != 1)
        return trouble("it does not say that it is ready");
    return read(board->out, line, sizeof line) >= 5 && memcmp(line, "ready", 5) == 0;
}

static bool connect_ctl(struct live_board *board)
{
    struct sockaddr_un to = {.sun_family = AF_UNIX};
    int len = snprintf(to.sun_path + 1, sizeof to.sun_path - 1, "qda-lab/%u/%s/ctl", (unsigned)getuid(), board->name);
    board->ctl = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (board->ctl < 0 ||
        connect(board->ctl, (struct sockaddr *)&to, (socklen_t)(offsetof(struct sockaddr_un, sun_path) + 1 + (size_t)len)))
        return trouble("control door");
    return true;
}

bool live_board_start(struct live_board *board, const char *const *args)
{
    static unsigned count;
    int err = 0;
    *board = (struct live_board){.out = -1, .ctl = -1};
    snprintf(board->name, sizeof board->name, "run-%d-%u", (int)getpid(), ++count);
    snprintf(board->vqda, sizeof board->vqda, "qda-lab/%u/%s/vqda", (unsigned)getuid(), board->name);
    if (!spawn(board, args) || !wait_ready(board) || !connect_ctl(board))
        return false;
    board->sys = vq_client_open(board->vqda, &err);
    errno = -err;
    return board->sys != NULL || trouble("clients' door");
}

void live_board_stop(struct live_board *board)
{
    int status = 0;
    vq_client_close(board->sys);
    if (board->ctl >= 0)
        close(board->ctl);
    if (board->pid > 0) {
        kill(board->pid, SIGTERM);
        waitpid(board->pid, &status, 0);
    }
    if (board->out >= 0)
        close(board->out);
    *board = (struct live_board){.out = -1, .ctl = -1};
}

static bool receive_all(int fd, uint8_t *to, size_t len)
{
    for (size_t have = 0; have < len;) {
        struct pollfd in = {.fd = fd, .events = POLLIN};
        ssize_t got = poll(&in, 1, HUNG_MS) == 1 ? recv(fd, to + have, len - have, 0) : -1;
        if (got <= 0)
            return trouble("no answer at the control door");
        have += (size_t)got;
    }
    return true;
}

/* Sends a request; its answer is a malloc'ed message of *len bytes, NULL on trouble. */
static uint8_t *ask(struct live_board *board, qdalab_ToBoard *request, size_t *len)
{
    uint8_t frame[256], prefix[QDA_FRAME_PREFIX];
    pb_ostream_t to = pb_ostream_from_buffer(frame + QDA_FRAME_PREFIX, sizeof frame - QDA_FRAME_PREFIX);
    request->id = 1;
    if (!pb_encode(&to, qdalab_ToBoard_fields, request))
        return NULL;
    qda_frame_put_length(frame, (uint32_t)to.bytes_written);
    size_t whole = QDA_FRAME_PREFIX + to.bytes_written;
    if (send(board->ctl, frame, whole, MSG_NOSIGNAL) != (ssize_t)whole || !receive_all(board->ctl, prefix, sizeof prefix))
        return NULL;
    *len = qda_frame_get_length(prefix);
    uint8_t *answer = malloc(*len + 1);
    if (receive_all(board->ctl, answer, *len))
        return answer;
    free(answer);
    return NULL;
}

static bool ask_for(struct live_board *board, qdalab_ToBoard *request, pb_size_t body)
{
    qdalab_FromBoard answer = qdalab_FromBoard_init_zero;
    size_t len = 0;
    uint8_t *bytes = ask(board, request, &len);
    if (!bytes)
        return false;
    pb_istream_t from = pb_istream_from_buffer(bytes, len);
    bool done = pb_decode(&from, qdalab_FromBoard_fields, &answer) && answer.which_body == body;
    free(bytes);
    return done;
}

static bool ask_done(struct live_board *board, qdalab_ToBoard *request)
{
    return ask_for(board, request, qdalab_FromBoard_done_tag);
}

static bool add_kept(pb_istream_t *stream, const pb_field_t *field, void **arg)
{
    struct live_status *out = *arg;
    qdalab_LedgerEntry entry = qdalab_LedgerEntry_init_zero;
    (void)field;
    if (!pb_decode(stream, qdalab_LedgerEntry_fields, &entry))
        return false;
    out->kept_objects += entry.objects;
    out->kept_bytes += entry.bytes;
    return true;
}

static bool add_bank(pb_istream_t *stream, const pb_field_t *field, void **arg)
{
    struct live_status *out = *arg;
    qdalab_BoardBank bank = qdalab_BoardBank_init_zero;
    (void)field;
    if (!pb_decode(stream, qdalab_BoardBank_fields, &bank))
        return false;
    out->bank_references += bank.references;
    out->iova_used += bank.iova_used;
    return true;
}

static bool add_session(pb_istream_t *stream, const pb_field_t *field, void **arg)
{
    struct live_status *out = *arg;
    (void)field;
    out->dsp_sessions++;
    return pb_read(stream, NULL, stream->bytes_left);
}

/* Finds the body `info` by hand: nanopb sets a oneof's callbacks up only with an option of its own. */
static bool decode_info(pb_istream_t *stream, qdalab_BoardInfo *info)
{
    pb_wire_type_t type;
    uint32_t tag;
    bool eof, found = false;
    while (pb_decode_tag(stream, &type, &tag, &eof)) {
        if (tag != qdalab_FromBoard_info_tag) {
            if (!pb_skip_field(stream, type))
                return false;
            continue;
        }
        pb_istream_t inner;
        if (!pb_make_string_substream(stream, &inner) || !pb_decode(&inner, qdalab_BoardInfo_fields, info) ||
            !pb_close_string_substream(stream, &inner))
            return false;
        found = true;
    }
    return found && eof;
}

bool live_board_status(struct live_board *board, struct live_status *out)
{
    qdalab_ToBoard request = {.which_request = qdalab_ToBoard_status_tag};
    qdalab_BoardInfo info = qdalab_BoardInfo_init_zero;
    size_t len = 0;
    uint8_t *bytes = ask(board, &request, &len);
    if (!bytes)
        return false;
    *out = (struct live_status){0};
    info.ledger = (pb_callback_t){.funcs.decode = add_kept, .arg = out};
    info.banks = (pb_callback_t){.funcs.decode = add_bank, .arg = out};
    info.dsp_sessions = (pb_callback_t){.funcs.decode = add_session, .arg = out};
    pb_istream_t stream = pb_istream_from_buffer(bytes, len);
    bool held = decode_info(&stream, &info);
    free(bytes);
    out->objects = info.objects;
    out->dmabufs = info.dmabufs;
    out->files = info.files;
    return held || trouble("its status cannot be read");
}

/* Files go when their last descriptor's hang-up is seen, dma-bufs when their last close is: a little after the call. */
bool live_board_settles(struct live_board *board, struct live_status *out)
{
    for (int ms = 0; ms < HUNG_MS; ms += 20) {
        if (!live_board_status(board, out))
            return false;
        if (out->files == 0 && out->dmabufs == 0 && out->bank_references == 0 && out->dsp_sessions == 0 && out->objects == out->kept_objects)
            return true;
        nanosleep(&(struct timespec){.tv_nsec = 20000000}, NULL);
    }
    printf("# board %s still holds %llu DSP sessions, %llu files, %llu dma-bufs, %llu objects, of which it keeps %llu\n", board->name,
           (unsigned long long)out->dsp_sessions, (unsigned long long)out->files, (unsigned long long)out->dmabufs, (unsigned long long)out->objects,
           (unsigned long long)out->kept_objects);
    return false;
}

bool live_board_fault(struct live_board *board, int kind)
{
    qdalab_ToBoard request = {.which_request = qdalab_ToBoard_set_fault_tag};
    request.request.set_fault.kind = (qdalab_FaultKind)kind;
    return ask_done(board, &request);
}

bool live_board_clear_faults(struct live_board *board)
{
    qdalab_ToBoard request = {.which_request = qdalab_ToBoard_clear_faults_tag};
    return ask_done(board, &request);
}

bool live_board_workload(struct live_board *board, const char *kind)
{
    qdalab_ToBoard request = {.which_request = kind ? qdalab_ToBoard_start_workload_tag : qdalab_ToBoard_stop_workload_tag};
    if (kind)
        snprintf(request.request.start_workload.kind, sizeof request.request.start_workload.kind, "%s", kind);
    return ask_for(board, &request, kind ? qdalab_FromBoard_workload_tag : qdalab_FromBoard_done_tag);
}

bool live_board_unplug(struct live_board *board, const char *dsp)
{
    qdalab_ToBoard request = {.which_request = qdalab_ToBoard_unplug_tag};
    snprintf(request.request.unplug.dsp, sizeof request.request.unplug.dsp, "%s", dsp);
    return ask_done(board, &request);
}
