/* SPDX-License-Identifier: MIT */
#include "agent/door.h"

#include <assert.h>
#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <pb_decode.h>

#include "agent/clock.h"
#include "agent/conn.h"
#include "agent/sockname.h"
#include "wire/build_id.h"
#include "wire/gen/qda_lab.pb.h"
#include "wire/put.h"
#include "wire/text.h"

#define GUEST_NS (5 * SECOND_NS)
#define PROTOCOL 1
#define WIDE_BYTES (1024 * 1024)

static bool token_is_fit(const char *token, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        if (token[i] < 0x21 || token[i] > 0x7e)
            return false;
    }
    return len >= DOOR_TOKEN_MIN && len <= DOOR_TOKEN_MAX;
}

/* One byte, so that nothing behind the line is taken. 1, 0 at the end of the input, or -errno. */
static int read_byte(int fd, int timeout_ms, char *byte)
{
    struct pollfd wait = {.fd = fd, .events = POLLIN};
    int ready = poll(&wait, 1, timeout_ms);
    if (ready == 0)
        return -ETIMEDOUT;
    ssize_t got = ready < 0 ? -1 : read(fd, byte, 1);
    return got < 0 ? -errno : (int)got;
}

int door_read_token(struct door *door, int fd, int timeout_ms, char why[200])
{
    size_t len = 0;
    char byte = 0;
    int got;
    while ((got = read_byte(fd, timeout_ms, &byte)) == 1 && byte != '\n' && len < sizeof(door->token))
        door->token[len++] = byte;
    if (got < 0) {
        snprintf(why, 200, "no token came on the standard input: %s", strerror(-got));
        return got;
    }
    if (len == sizeof(door->token) || !token_is_fit(door->token, len)) {
        snprintf(why, 200, "the first line of the standard input is no token: %d to %d printable characters are wanted",
                 DOOR_TOKEN_MIN, DOOR_TOKEN_MAX);
        return -EINVAL;
    }
    door->token[len] = '\0';
    return 0;
}

int door_listen(struct door *door, const char *board, const char *random)
{
    snprintf(door->name, sizeof(door->name), "qda-lab/%u/%s/agent-%s", (unsigned)getuid(), board, random);
    door->guest.fd = -1;
    door->listen_fd = sockname_listen(door->name);
    return door->listen_fd < 0 ? door->listen_fd : 0;
}

void door_close(struct door *door)
{
    if (door->guest.fd >= 0)
        socket_close_politely(door->guest.fd);
    door->guest.fd = -1;
    if (door->listen_fd >= 0)
        close(door->listen_fd);
    door->listen_fd = -1;
}

static bool is_allowed(const struct door *door, uint32_t uid)
{
    return uid == getuid() || uid == 0 || (door->allow_uid != AGENT_NOBODY && uid == door->allow_uid);
}

/* Of a stream of samples adbd fetches at once what lies here, and then waits for its receipt from the host: the default of 208 KiB is little for
 * that. Where neither is allowed it is slower, nothing else. */
static void make_wide(int fd)
{
    int bytes = WIDE_BYTES;
    if (setsockopt(fd, SOL_SOCKET, SO_SNDBUFFORCE, &bytes, sizeof(bytes)) < 0)
        (void)setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &bytes, sizeof(bytes));
}

bool door_accept(struct door *door)
{
    struct door_guest *guest = &door->guest;
    assert(guest->fd < 0);
    int fd = accept4(door->listen_fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
    if (fd < 0)
        return true;
    struct ucred peer = {.uid = (uid_t)-1};
    socklen_t len = sizeof(peer);
    if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &len) < 0 || !is_allowed(door, peer.uid)) {
        close(fd); /* another user learns nothing */
        door->refused++;
        door->refused_uid = peer.uid;
        return false;
    }
    make_wide(fd);
    guest->fd = fd;
    guest->deadline_ns = clock_now_ns() + GUEST_NS;
    guest->hello_id = 0;
    qda_frame_reader_init(&guest->reader, guest->buf, sizeof(guest->buf));
    return true;
}

/* Compares the whole of both, whatever differs: the time taken says nothing about the token. */
static bool same_token(const char *a, const char *b)
{
    unsigned char x[DOOR_TOKEN_MAX + 1] = {0}, y[DOOR_TOKEN_MAX + 1] = {0};
    memcpy(x, a, strnlen(a, DOOR_TOKEN_MAX));
    memcpy(y, b, strnlen(b, DOOR_TOKEN_MAX));
    volatile unsigned char differ = 0;
    for (size_t i = 0; i < sizeof(x); i++)
        differ |= (unsigned char)(x[i] ^ y[i]);
    return differ == 0;
}

void door_send_away(struct door *door, int code, const char *sentence)
{
    struct door_guest *guest = &door->guest;
    qdalab_Failure failure = {.code = (qdalab_FailureCode)code, .message = qda_text(sentence)};
    uint8_t body[640], frame[sizeof(body) + QDA_FRAME_OVERHEAD];
    struct qda_put put = qda_put_into(body, sizeof(body));
    qda_put_fields(&put, qdalab_Failure_fields, &failure);
    assert(!put.full);
    struct qda_body what = {qdalab_FromAgent_failure_tag, body, put.len};
    size_t len = qda_frame_from_agent(frame, sizeof(frame), 1, guest->hello_id, &what);
    ssize_t sent = send(guest->fd, frame, len, MSG_NOSIGNAL | MSG_DONTWAIT);
    (void)sent; /* a peer that is gone already does not need the reason */
    socket_close_politely(guest->fd);
    guest->fd = -1;
}

static enum door_verdict refuse(struct door *door, int code, const char *sentence)
{
    door_send_away(door, code, sentence);
    return DOOR_GONE;
}

static enum door_verdict judge(struct door *door, const qdalab_Hello *hello)
{
    char why[512];
    if (!same_token(door->token, hello->token)) {
        door->bad_tokens++;
        return refuse(door, qdalab_FailureCode_FAILURE_BAD_TOKEN,
                      "The token is not the one that this agent was started with. Start an agent of your own.");
    }
    if (hello->protocol != PROTOCOL) {
        snprintf(why, sizeof(why), "The host speaks protocol %u, this agent %d. Push the agent of the host's own build.",
                 (unsigned)hello->protocol, PROTOCOL);
        return refuse(door, qdalab_FailureCode_FAILURE_BUILD_MISMATCH, why);
    }
    if (hello->build_id[0] != '\0' && strcmp(hello->build_id, QDA_BUILD_ID) != 0) {
        snprintf(why, sizeof(why), "The host expects build %s, this agent is build %s. Push the agent of the host's own build.",
                 hello->build_id, QDA_BUILD_ID);
        return refuse(door, qdalab_FailureCode_FAILURE_BUILD_MISMATCH, why);
    }
    return DOOR_WELCOME;
}

static enum door_verdict look_at_frame(struct door *door, const uint8_t *bytes, size_t len)
{
    qdalab_ToAgent message = qdalab_ToAgent_init_zero;
    pb_istream_t stream = pb_istream_from_buffer(bytes, len);
    bool decoded = pb_decode(&stream, qdalab_ToAgent_fields, &message);
    if (!decoded || message.which_request != qdalab_ToAgent_hello_tag)
        return refuse(door, qdalab_FailureCode_FAILURE_BAD_FRAME, "The first frame is no hello. Is this the agent's socket?");
    door->guest.hello_id = message.id;
    door->guest.resume_after = message.request.hello.resume_after;
    return judge(door, &message.request.hello);
}

enum door_verdict door_look(struct door *door)
{
    struct door_guest *guest = &door->guest;
    size_t room, len;
    uint8_t *at = qda_frame_space(&guest->reader, &room);
    ssize_t got = recv(guest->fd, at, room, MSG_DONTWAIT);
    if (got < 0 && (errno == EAGAIN || errno == EINTR))
        return DOOR_WAIT;
    if (got <= 0) {
        close(guest->fd);
        guest->fd = -1;
        return DOOR_GONE;
    }
    qda_frame_filled(&guest->reader, (size_t)got);
    const uint8_t *message;
    int framed = qda_frame_next(&guest->reader, &message, &len);
    if (framed < 0)
        return refuse(door, qdalab_FailureCode_FAILURE_BAD_FRAME, "The first frame has an impossible length; a hello is short.");
    return framed == 0 ? DOOR_WAIT : look_at_frame(door, message, len);
}
