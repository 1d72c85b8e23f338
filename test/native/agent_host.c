/* SPDX-License-Identifier: MIT */
#include "agent_host.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <pb_decode.h>
#include <pb_encode.h>

int (*agent_main)(int argc, char **argv);

#define HOST_BYTES (QDA_FRAME_MAX + QDA_FRAME_PREFIX)

static void be_the_agent(const char *const *argv, const int in[2], const int out[2])
{
    dup2(in[0], STDIN_FILENO);
    dup2(out[1], STDOUT_FILENO);
    close(in[0]);
    close(in[1]);
    close(out[0]);
    close(out[1]);
    if (argv[0]) {
        execvp(argv[0], (char *const *)(uintptr_t)argv);
        _exit(127);
    }
    static char *args[32] = {"qda-agent"};
    int argc = 1;
    for (const char *const *arg = argv + 1; *arg; arg++)
        args[argc++] = (char *)(uintptr_t)*arg;
    exit(agent_main(argc, args));
}

static bool read_line(int fd, char *out, size_t cap)
{
    size_t len = 0;
    while (len < cap - 1) {
        struct pollfd wait = {.fd = fd, .events = POLLIN};
        if (poll(&wait, 1, HOST_PATIENCE_MS) <= 0 || read(fd, out + len, 1) != 1)
            return false;
        if (out[len] == '\n')
            break;
        len++;
    }
    out[len] = '\0';
    return true;
}

bool agent_spawn(struct agent_process *agent, const char *const *argv, const char *token)
{
    int in[2], out[2];
    if (pipe(in) < 0 || pipe(out) < 0)
        return false;
    fflush(stdout);
    agent->pid = fork();
    if (agent->pid == 0)
        be_the_agent(argv, in, out);
    close(in[0]);
    close(out[1]);
    bool told = dprintf(in[1], "%s\n", token) > 0;
    close(in[1]);
    char line[160] = "";
    told = told && read_line(out[0], line, sizeof(line));
    close(out[0]);
    return told && sscanf(line, "listening %107s", agent->name) == 1;
}

int agent_wait(struct agent_process *agent)
{
    int status = 0;
    struct timespec nap = {.tv_nsec = 5000000};
    for (int waited = 0; waitpid(agent->pid, &status, WNOHANG) == 0; waited += 5) {
        if (waited > HOST_PATIENCE_MS)
            kill(agent->pid, SIGKILL);
        nanosleep(&nap, NULL);
    }
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

int agent_end(struct agent_process *agent)
{
    kill(agent->pid, SIGTERM);
    return agent_wait(agent);
}

bool host_connect(struct host *host, const struct agent_process *agent)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    size_t len = strlen(agent->name);
    memcpy(address.sun_path + 1, agent->name, len);
    *host = (struct host){.fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0), .buf = malloc(HOST_BYTES)};
    qda_frame_reader_init(&host->reader, host->buf, HOST_BYTES);
    socklen_t size = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + 1 + len);
    return host->buf && host->fd >= 0 && connect(host->fd, (struct sockaddr *)&address, size) == 0;
}

void host_close(struct host *host)
{
    close(host->fd);
    free(host->buf);
    host->buf = NULL;
}

bool host_send_bytes(struct host *host, const void *bytes, size_t len)
{
    const char *at = bytes;
    while (len > 0) {
        ssize_t sent = send(host->fd, at, len, MSG_NOSIGNAL);
        if (sent <= 0)
            return false;
        at += sent;
        len -= (size_t)sent;
    }
    return true;
}

uint64_t host_send(struct host *host, qdalab_ToAgent *message)
{
    static uint8_t frame[256 * 1024];
    message->id = ++host->last_id;
    pb_ostream_t stream = pb_ostream_from_buffer(frame + QDA_FRAME_PREFIX, sizeof(frame) - QDA_FRAME_PREFIX);
    if (!pb_encode(&stream, qdalab_ToAgent_fields, message))
        return 0;
    qda_frame_put_length(frame, (uint32_t)stream.bytes_written);
    return host_send_bytes(host, frame, QDA_FRAME_PREFIX + stream.bytes_written) ? message->id : 0;
}

uint64_t host_ask(struct host *host, pb_size_t which)
{
    qdalab_ToAgent message = {.which_request = which};
    return host_send(host, &message);
}

uint64_t host_hello(struct host *host, const char *token, const char *build_id, uint64_t resume_after)
{
    qdalab_ToAgent message = {.which_request = qdalab_ToAgent_hello_tag};
    snprintf(message.request.hello.token, sizeof(message.request.hello.token), "%s", token);
    snprintf(message.request.hello.build_id, sizeof(message.request.hello.build_id), "%s", build_id);
    message.request.hello.protocol = 1;
    message.request.hello.resume_after = resume_after;
    return host_send(host, &message);
}

struct points {
    const qdalab_PlanPoint *at;
    size_t count;
};

static bool encode_points(pb_ostream_t *stream, const pb_field_t *field, void *const *arg)
{
    const struct points *points = *arg;
    for (size_t i = 0; i < points->count; i++) {
        if (!pb_encode_tag_for_field(stream, field) ||
            !pb_encode_submessage(stream, qdalab_PlanPoint_fields, &points->at[i]))
            return false;
    }
    return true;
}

static uint64_t send_plan(struct host *host, qdalab_ToAgent *message, const qdalab_PlanPoint *points, size_t count)
{
    struct points list = {points, count};
    qdalab_StartPlan *plan = &message->request.start_plan;
    message->which_request = qdalab_ToAgent_start_plan_tag;
    snprintf(plan->run_id, sizeof(plan->run_id), "run-1");
    plan->points = (pb_callback_t){.funcs.encode = encode_points, .arg = &list};
    return host_send(host, message);
}

uint64_t host_plan(struct host *host, const char *dsp, const qdalab_PlanPoint *points, size_t count)
{
    qdalab_ToAgent message = {0};
    snprintf(message.request.start_plan.dsp, sizeof(message.request.start_plan.dsp), "%s", dsp);
    return send_plan(host, &message, points, count);
}

uint64_t host_plan_with(struct host *host, const struct host_paths *paths, const qdalab_PlanPoint *points, size_t count)
{
    qdalab_ToAgent message = {.request.start_plan.dsp = "cdsp"};
    qdalab_StartPlan *plan = &message.request.start_plan;
    snprintf(plan->shell, sizeof(plan->shell), "%s", paths->shell ? paths->shell : "");
    snprintf(plan->dsp_files, sizeof(plan->dsp_files), "%s", paths->dsp_files ? paths->dsp_files : "");
    return send_plan(host, &message, points, count);
}

bool host_ack(struct host *host, uint64_t block)
{
    qdalab_ToAgent message = {.which_request = qdalab_ToAgent_ack_tag, .request.ack.block = block};
    return host_send(host, &message) != 0;
}

static bool take_apart(const uint8_t *message, size_t len, struct host_frame *frame)
{
    struct host_frame field;
    *frame = (struct host_frame){.body = message, .len = len};
    frame->seq = field_uint(frame, qdalab_FromAgent_seq_tag);
    frame->reply_to = field_uint(frame, qdalab_FromAgent_reply_to_tag);
    for (uint32_t tag = qdalab_FromAgent_welcome_tag; tag <= qdalab_FromAgent_log_tag; tag++) {
        if (!field_find(message, len, tag, 0, &field))
            continue;
        frame->tag = tag;
        frame->body = field.body;
        frame->len = field.len;
        return true;
    }
    return false;
}

bool host_next(struct host *host, struct host_frame *frame)
{
    const uint8_t *message;
    size_t len, room;
    while (qda_frame_next(&host->reader, &message, &len) != 1) {
        uint8_t *at = qda_frame_space(&host->reader, &room);
        struct pollfd wait = {.fd = host->fd, .events = POLLIN};
        if (poll(&wait, 1, HOST_PATIENCE_MS) <= 0)
            return false;
        ssize_t got = recv(host->fd, at, room, 0);
        if (got <= 0)
            return false;
        qda_frame_filled(&host->reader, (size_t)got);
    }
    if (!take_apart(message, len, frame) || frame->seq != host->last_seq + 1) {
        printf("# a frame without a body, or seq %llu after %llu\n", (unsigned long long)frame->seq, (unsigned long long)host->last_seq);
        return false;
    }
    host->last_seq = frame->seq;
    return true;
}

bool host_await(struct host *host, uint32_t tag, struct host_frame *frame)
{
    while (host_next(host, frame)) {
        if (frame->tag == tag)
            return true;
    }
    return false;
}

bool host_open(struct host *host, const struct agent_process *agent, uint64_t resume_after, struct host_frame *welcome)
{
    return host_connect(host, agent) && host_hello(host, HOST_TOKEN, "", resume_after) != 0 && host_next(host, welcome) &&
           welcome->tag == qdalab_FromAgent_welcome_tag;
}

bool host_is_closed(struct host *host)
{
    char byte[4096];
    struct pollfd wait = {.fd = host->fd, .events = POLLIN};
    while (poll(&wait, 1, HOST_PATIENCE_MS) > 0) {
        if (recv(host->fd, byte, sizeof(byte), 0) <= 0)
            return true;
    }
    return false;
}

bool field_find(const uint8_t *message, size_t len, uint32_t number, unsigned n, struct host_frame *out)
{
    pb_istream_t stream = pb_istream_from_buffer(message, len);
    pb_wire_type_t type;
    uint32_t tag;
    bool eof;
    while (pb_decode_tag(&stream, &type, &tag, &eof)) {
        bool wanted = tag == number && n-- == 0;
        *out = (struct host_frame){0};
        if (type == PB_WT_VARINT) {
            if (!pb_decode_varint(&stream, &out->seq))
                return false;
        } else if (type == PB_WT_STRING) {
            uint32_t size;
            if (!pb_decode_varint32(&stream, &size) || size > stream.bytes_left)
                return false;
            out->body = message + (len - stream.bytes_left);
            out->len = size;
            pb_read(&stream, NULL, size);
        } else {
            return false;
        }
        if (wanted)
            return true;
    }
    return false;
}

uint64_t field_uint(const struct host_frame *message, uint32_t number)
{
    struct host_frame field;
    return field_find(message->body, message->len, number, 0, &field) ? field.seq : 0;
}

const char *field_text(const struct host_frame *message, uint32_t number)
{
    static char texts[4][1024];
    static unsigned next;
    char *text = texts[next++ % 4];
    struct host_frame field = {0};
    if (!field_find(message->body, message->len, number, 0, &field))
        return "";
    snprintf(text, sizeof(texts[0]), "%.*s", (int)field.len, (const char *)field.body);
    return text;
}

unsigned field_count(const struct host_frame *message, uint32_t number)
{
    struct host_frame field;
    unsigned n = 0;
    while (field_find(message->body, message->len, number, n, &field))
        n++;
    return n;
}

bool field_message(const struct host_frame *message, uint32_t number, unsigned n, struct host_frame *out)
{
    return field_find(message->body, message->len, number, n, out);
}
