/* SPDX-License-Identifier: MIT */
#include "check.h"
#include "vq_rig.h"

#include "vqda/client/client.h"
#include "wire/frame.h"

#include <errno.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

/* The program vqda: its options, its name, and how it ends. */

/* Runs vqda with these arguments to its end; *text gets what it says on both outputs. Exit code. */
static int run_vqda(const char *const *arguments, char text[4096])
{
    char path[4096];
    int out[2], status;
    if (!CHECK(rig_vqda_path(path, sizeof(path))) || !CHECK_INT(pipe(out), 0))
        return -1;
    fflush(stdout);
    int pid = fork();
    if (pid == 0) {
        const char *argv[20] = { path };
        for (size_t i = 0; arguments[i]; i++)
            argv[i + 1] = arguments[i];
        dup2(out[1], STDOUT_FILENO);
        dup2(out[1], STDERR_FILENO);
        close(out[0]);
        execv(path, (char *const *)(uintptr_t)argv);
        _exit(127);
    }
    close(out[1]);
    size_t len = 0;
    ssize_t got;
    while (len < 4095 && (got = read(out[0], text + len, 4095 - len)) > 0)
        len += (size_t)got;
    text[len] = '\0';
    close(out[0]);
    CHECK_INT(waitpid(pid, &status, 0), pid);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static void test_usage(void)
{
    static const struct {
        const char *arguments[6];
        const char *says;
    } wrong[] = {
        { { NULL }, "--board NAME is needed" },
        { { "--board", NULL }, "--board  is not understood" },
        { { "--board", "a/b", NULL }, "a/b is not understood" },
        { { "--board", "x", "--generation", "v9", NULL }, "v9 is not understood" },
        { { "--board", "x", "--iommu", "maybe", NULL }, "maybe is not understood" },
        { { "--board", "x", "--nonsense", NULL }, "--nonsense" },
        { { "--board", "x", "--shells", "/no/such", NULL }, "the folder /no/such cannot be read" },
        { { "--board", "x", "--quirk", "nonsense=on", NULL }, "there are mmap-pins-object" },
        { { "--board", "x", "--quirk", "first-sg-only=perhaps", NULL }, "NAME=on or NAME=off" },
    };
    char text[4096];
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        CHECK_INT(run_vqda(wrong[i].arguments, text), 3);
        CHECK_CONTAINS(text, wrong[i].says);
    }
}

static void test_help(void)
{
    char text[4096];
    CHECK_INT(run_vqda((const char *[]){ "--help", NULL }, text), 0);
    CHECK_CONTAINS(text, "--iommu");
    CHECK_CONTAINS(text, "mmap-pins-object");
}

static void test_one_of_a_name(void)
{
    static const char *const none[] = { NULL };
    struct vq_rig rig;
    char text[4096];
    if (!rig_start(&rig, none))
        return;
    CHECK_INT(run_vqda((const char *[]){ "--board", rig.name, NULL }, text), 3);
    CHECK_CONTAINS(text, "runs already");
    CHECK_CONTAINS(text, rig.name);
    struct rig_info info;
    CHECK(rig_status(&rig, &info)); /* the first one goes on */
    rig_stop(&rig);
}

/* Asked for a minute. */
static int wait_until_refused(const char *door)
{
    int err = 0;
    for (int i = 0; i < 6000; i++) {
        struct qda_sys *sys = vq_client_open(door, &err);
        if (err == -ECONNREFUSED)
            return err;
        vq_client_close(sys); /* NULL where it was just about to end */
        poll(NULL, 0, 10);
    }
    return err;
}

static void test_parent_death(void)
{
    static const char *const none[] = { NULL };
    int out[2], status;
    char door[96];
    CHECK_INT(pipe(out), 0);
    fflush(stdout);
    int pid = fork();
    if (pid == 0) {
        struct vq_rig rig;
        bool started = rig_start(&rig, none);
        ssize_t written = write(out[1], rig.door, sizeof(rig.door));
        _exit(started && written == (ssize_t)sizeof(rig.door) ? 0 : 1);
    }
    CHECK_INT(waitpid(pid, &status, 0), pid);
    CHECK_INT(status, 0);
    CHECK_INT(read(out[0], door, sizeof(door)), sizeof(door));
    close(out[0]);
    close(out[1]);
    CHECK_INT(wait_until_refused(door), -ECONNREFUSED); /* nothing of it is left to connect to */
}

/* Asks for the status in frames of FLOOD_FRAME bytes, as long as the board takes them, at most FLOOD_FRAMES. How many. */
#define FLOOD_FRAME 1024u
#define FLOOD_FRAMES 2048u
static unsigned flood(int control)
{
    /* id 1, status, and an unknown field (15) that fills the frame */
    uint8_t frame[FLOOD_FRAME] = { 0xfc, 0x03, 0, 0, 0x08, 1, 0x12, 0, 0x7a, 0xf5, 0x07 };
    unsigned sent = 0;
    struct pollfd room = { .fd = control, .events = POLLOUT };
    while (sent < FLOOD_FRAMES && poll(&room, 1, 2000) == 1) {
        ssize_t put = send(control, frame, sizeof(frame), MSG_DONTWAIT | MSG_NOSIGNAL);
        if (put < 0)
            continue; /* the poll says more */
        if (!CHECK_INT(put, sizeof(frame)))
            return sent;
        sent++;
    }
    return sent;
}

/* One frame; bytes of its message, 0 at the end of the stream. */
static uint32_t read_frame(int control, uint8_t *message, size_t cap)
{
    uint8_t prefix[QDA_FRAME_PREFIX];
    if (recv(control, prefix, sizeof(prefix), MSG_WAITALL) != (ssize_t)sizeof(prefix))
        return 0;
    uint32_t len = qda_frame_get_length(prefix);
    return CHECK(len <= cap) && CHECK_INT(recv(control, message, len, MSG_WAITALL), len) ? len : 0;
}

/* A tester who asks and asks and reads nothing is made to wait, and gets every answer in the end. */
static void test_answers_that_nobody_reads(void)
{
    static const char *const none[] = { NULL };
    static uint8_t message[256u << 10];
    struct vq_rig rig;
    if (!rig_start(&rig, none))
        return;
    unsigned asked = flood(rig.control);
    CHECK(asked > 10 && asked < FLOOD_FRAMES);
    unsigned answered = 0;
    while (answered < asked && read_frame(rig.control, message, sizeof(message)) > 0)
        answered++;
    CHECK_INT(answered, asked);
    struct rig_info info;
    CHECK(rig_status(&rig, &info));
    rig_stop(&rig);
}

static void test_impossible_frames(void)
{
    static const char *const none[] = { NULL };
    static const uint8_t frames[][4] = { { 0, 0, 0, 0 }, { 0xff, 0xff, 0xff, 0xff }, { 0, 0, 1, 0 } };
    uint8_t message[1024];
    for (size_t i = 0; i < sizeof(frames) / sizeof(frames[0]); i++) {
        struct vq_rig rig;
        if (!rig_start(&rig, none))
            return;
        CHECK_INT(write(rig.control, frames[i], sizeof(frames[i])), sizeof(frames[i]));
        uint32_t len = read_frame(rig.control, message, sizeof(message) - 1);
        message[len] = '\0';
        CHECK(memmem(message, len, "impossible length", 17) != NULL);
        CHECK_INT(read_frame(rig.control, message, sizeof(message)), 0); /* closed */
        rig_stop(&rig);
    }
}

int main(void)
{
    check_run("wrong options are named, exit code 3", test_usage);
    check_run("--help says what there is", test_help);
    check_run("there is one board of a name", test_one_of_a_name);
    check_run("it ends with its parent", test_parent_death);
    check_run("answers that nobody reads do not pile up", test_answers_that_nobody_reads);
    check_run("a frame of an impossible length is named", test_impossible_frames);
    return check_done();
}
