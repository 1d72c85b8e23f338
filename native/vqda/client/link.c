/* SPDX-License-Identifier: MIT */
#include "vqda/client/impl.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

/*
 * Connections to the server. Files are lifelines (vq_abi.h); calls go over one connection a thread, which is closed when
 * the thread ends, and never used by a forked child: the child makes its own.
 */

static pthread_mutex_t clients_lock = PTHREAD_MUTEX_INITIALIZER;
static struct vqc_client *clients;
static pthread_once_t fork_once = PTHREAD_ONCE_INIT;
static atomic_uint fork_generation;

static void lock_all(void)
{
    pthread_mutex_lock(&clients_lock);
    for (struct vqc_client *c = clients; c != NULL; c = c->next) {
        pthread_mutex_lock(&c->lock);
        pthread_mutex_lock(&c->table_lock);
        pthread_mutex_lock(&c->mappings_lock);
    }
}

static void unlock_all(void)
{
    for (struct vqc_client *c = clients; c != NULL; c = c->next) {
        pthread_mutex_unlock(&c->mappings_lock);
        pthread_mutex_unlock(&c->table_lock);
        pthread_mutex_unlock(&c->lock);
    }
    pthread_mutex_unlock(&clients_lock);
}

static void after_fork_in_child(void)
{
    atomic_fetch_add(&fork_generation, 1);
    unlock_all();
}

static void watch_forks(void)
{
    pthread_atfork(lock_all, unlock_all, after_fork_in_child);
}

/* Raw, so that sanitizers leave callers' memory to the kernel's own check. */
static ssize_t raw_sendmsg(int fd, const struct msghdr *msg)
{
    return syscall(SYS_sendmsg, fd, msg, MSG_NOSIGNAL);
}

static ssize_t raw_recvmsg(int fd, struct msghdr *msg)
{
    return syscall(SYS_recvmsg, fd, msg, MSG_CMSG_CLOEXEC);
}

static int new_socket(void)
{
    int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
    return fd < 0 ? -errno : fd;
}

static int connect_to(struct vqc_client *client, int fd)
{
    const struct sockaddr *address = (const struct sockaddr *)&client->address;
    int result;
    do {
        result = connect(fd, address, client->address_len);
    } while (result < 0 && errno == EINTR);
    return result < 0 ? -errno : 0;
}

/* Control data with the descriptors of a request; `room` holds CMSG_SPACE(VQ_MAX_FDS ints). */
static void attach_fds(struct msghdr *msg, char *room, const int *fds, int count)
{
    if (count <= 0)
        return;
    size_t bytes = sizeof(int) * (size_t)count;
    memset(room, 0, CMSG_SPACE(bytes));
    msg->msg_control = room;
    msg->msg_controllen = CMSG_SPACE(bytes);
    struct cmsghdr *c = CMSG_FIRSTHDR(msg);
    c->cmsg_level = SOL_SOCKET;
    c->cmsg_type = SCM_RIGHTS;
    c->cmsg_len = CMSG_LEN(bytes);
    memcpy(CMSG_DATA(c), fds, bytes);
}

static struct vq_request head_of(uint32_t tid, const struct vqc_message *m)
{
    struct vq_request head = { .op = m->op, .version = VQ_ABI_VERSION, .tid = tid, .arg0 = m->arg0, .arg1 = m->arg1 };
    head.data_len = (uint32_t)(m->in_len[0] + m->in_len[1]);
    memcpy(head.cookie, m->cookie, sizeof(head.cookie));
    return head;
}

static int send_request(int fd, uint32_t tid, const struct vqc_message *m)
{
    struct vq_request head = head_of(tid, m);
    struct iovec iov[3] = {
        { &head, sizeof(head) },
        { (void *)(uintptr_t)m->in[0], m->in_len[0] },
        { (void *)(uintptr_t)m->in[1], m->in_len[1] },
    };
    char control[CMSG_SPACE(sizeof(int) * VQ_MAX_FDS)];
    struct msghdr msg = { .msg_iov = iov, .msg_iovlen = 3 };
    attach_fds(&msg, control, m->fds, m->fd_count);
    ssize_t sent;
    do {
        sent = raw_sendmsg(fd, &msg);
    } while (sent < 0 && errno == EINTR);
    return sent < 0 ? -errno : 0;
}

static int fd_of(struct msghdr *msg)
{
    for (struct cmsghdr *c = CMSG_FIRSTHDR(msg); c != NULL; c = CMSG_NXTHDR(msg, c)) {
        if (c->cmsg_level != SOL_SOCKET || c->cmsg_type != SCM_RIGHTS)
            continue;
        int fd;
        memcpy(&fd, CMSG_DATA(c), sizeof(fd));
        return fd;
    }
    return -1;
}

/* -EINTR only where the message allows it, -EPIPE if the server is gone, -EFAULT if `out` cannot be written. */
static int receive_reply(int fd, struct vqc_message *m, struct vq_reply *reply)
{
    struct iovec iov[2] = { { reply, sizeof(*reply) }, { m->out, m->out_room } };
    char control[CMSG_SPACE(sizeof(int))];
    struct msghdr msg = { .msg_iov = iov, .msg_iovlen = m->out_room > 0 ? 2 : 1 };
    ssize_t got;
    do {
        msg.msg_control = control;
        msg.msg_controllen = sizeof(control);
        got = raw_recvmsg(fd, &msg);
    } while (got < 0 && errno == EINTR && !m->interruptible);
    if (got < 0)
        return errno == ECONNRESET ? -EPIPE : -errno;
    if ((size_t)got < sizeof(*reply))
        return -EPIPE;
    m->out_len = (size_t)got - sizeof(*reply);
    m->out_fd = fd_of(&msg);
    return 0;
}

static void drop_slab(struct vqc_call *call)
{
    if (call->slab != NULL)
        munmap(call->slab, call->slab_size);
    call->slab = NULL;
    call->slab_size = 0;
}

static void drop_connection(struct vqc_call *call)
{
    drop_slab(call);
    vqc_bell_drop(call);
    if (call->fd >= 0)
        close(call->fd);
    call->fd = -1;
}

/* The server hears of it, although a child that we forked may hold the socket too. */
static void hang_up(struct vqc_call *call)
{
    shutdown(call->fd, SHUT_RDWR);
    drop_connection(call);
}

static int say_hello(struct vqc_call *call)
{
    struct vqc_message hello = { .op = VQ_HELLO_CALL, .out_fd = -1 };
    struct vq_reply reply = { 0 };
    int err = send_request(call->fd, call->tid, &hello);
    if (err == 0)
        err = receive_reply(call->fd, &hello, &reply);
    return err < 0 ? err : (int)reply.result;
}

static int connect_call(struct vqc_call *call)
{
    int fd = new_socket();
    if (fd < 0)
        return fd;
    call->fd = fd;
    int err = connect_to(call->client, fd);
    if (err == 0)
        err = say_hello(call);
    if (err < 0)
        drop_connection(call);
    return err;
}

/* Under the lock. In a forked child the connections of the parent's threads are not ours to use. */
static void drop_foreign_calls(struct vqc_client *client, unsigned generation)
{
    for (struct vqc_call *c = client->calls; c != NULL; c = c->next)
        if (c->generation != generation)
            drop_connection(c);
}

static struct vqc_call *new_call(struct vqc_client *client, unsigned generation)
{
    struct vqc_call *call = calloc(1, sizeof(*call));
    if (call == NULL)
        return NULL;
    call->client = client;
    call->fd = -1;
    call->tid = (uint32_t)gettid();
    call->generation = generation;
    if (pthread_setspecific(client->key, call) != 0) {
        free(call);
        return NULL;
    }
    pthread_mutex_lock(&client->lock);
    drop_foreign_calls(client, generation);
    call->next = client->calls;
    client->calls = call;
    pthread_mutex_unlock(&client->lock);
    return call;
}

/* The calling thread's connection, made if there is none. */
static struct vqc_call *call_of_thread(struct vqc_client *client, int *err)
{
    unsigned generation = atomic_load(&fork_generation);
    struct vqc_call *call = pthread_getspecific(client->key);
    if (call == NULL)
        call = new_call(client, generation);
    if (call == NULL) {
        *err = -ENOMEM;
        return NULL;
    }
    if (call->generation != generation) { /* the thread that forked, in the child */
        pthread_mutex_lock(&client->lock);
        drop_foreign_calls(client, generation);
        call->generation = generation;
        call->tid = (uint32_t)gettid();
        pthread_mutex_unlock(&client->lock);
    }
    *err = call->fd < 0 ? connect_call(call) : 0;
    return *err < 0 ? NULL : call;
}

static void end_of_thread(void *arg)
{
    struct vqc_call *call = arg;
    struct vqc_client *client = call->client;
    pthread_mutex_lock(&client->lock);
    for (struct vqc_call **at = &client->calls; *at != NULL; at = &(*at)->next)
        if (*at == call) {
            *at = call->next;
            break;
        }
    pthread_mutex_unlock(&client->lock);
    drop_connection(call);
    free(call);
}

static bool is_gone(int err)
{
    return err == -EPIPE || err == -ECONNRESET || err == -ECONNREFUSED || err == -ENOTCONN;
}

/* Calls that go to the DSP are what hurries. */
static int ask(struct vqc_client *client, struct vqc_call *call, const struct vqc_message *m)
{
    if (m->interruptible)
        vqc_bell_get(client, call);
    if (call->fd < 0)
        return -EPIPE;
    if (m->interruptible && call->bell != NULL) {
        struct vq_request head = head_of(call->tid, m);
        if (vqc_bell_ask(call, &head, m))
            return 0;
    }
    return send_request(call->fd, call->tid, m);
}

static int hear(struct vqc_call *call, struct vqc_message *m, struct vq_reply *reply)
{
    if (m->interruptible && call->bell != NULL && vqc_bell_wait(call, m, reply))
        return 0;
    return receive_reply(call->fd, m, reply);
}

int64_t vqc_exchange(struct vqc_client *client, struct vqc_message *m)
{
    int err;
    struct vq_reply reply = { 0 };
    m->out_fd = -1;
    m->out_len = 0;
    struct vqc_call *call = call_of_thread(client, &err);
    if (call == NULL)
        return is_gone(err) ? -ENODEV : err;
    err = ask(client, call, m);
    if (is_gone(err)) { /* a server of that name may have started anew */
        drop_connection(call);
        err = connect_call(call);
        if (err == 0)
            err = send_request(call->fd, call->tid, m);
    }
    if (err < 0)
        return is_gone(err) ? -ENODEV : err;
    err = hear(call, m, &reply);
    if (m->out_fd >= 0)
        vqc_cookies_outdated(client);
    if (err < 0 && err != -EFAULT)
        hang_up(call); /* a late reply must not meet the next call */
    if (err < 0)
        return is_gone(err) ? -ENODEV : err;
    return reply.result;
}

static int map_slab(struct vqc_call *call, int fd, uint64_t size)
{
    drop_slab(call);
    void *map = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    if (map == MAP_FAILED)
        return -errno;
    call->slab = map;
    call->slab_size = size;
    return 0;
}

uint8_t *vqc_slab(struct vqc_client *client, uint64_t size, int *err)
{
    struct vqc_call *call = pthread_getspecific(client->key);
    if (call != NULL && call->generation == atomic_load(&fork_generation) && call->slab_size >= size)
        return call->slab;
    struct vqc_message m = { .op = VQ_SLAB, .arg0 = size };
    int64_t result = vqc_exchange(client, &m);
    *err = result < 0 ? (int)result : -EPROTO;
    call = pthread_getspecific(client->key);
    if (result >= 0 && m.out_fd >= 0)
        *err = map_slab(call, m.out_fd, (uint64_t)result);
    if (m.out_fd >= 0)
        close(m.out_fd);
    return *err < 0 ? NULL : call->slab;
}

bool vqc_cookie_of(int fd, char cookie[8])
{
    struct sockaddr_un name;
    socklen_t len = sizeof(name);
    if (getsockname(fd, (struct sockaddr *)&name, &len) < 0 || name.sun_family != AF_UNIX)
        return false;
    if (len != offsetof(struct sockaddr_un, sun_path) + 6 || name.sun_path[0] != '\0')
        return false; /* not an autobind name */
    memset(cookie, 0, 8);
    memcpy(cookie, name.sun_path + 1, 5);
    return true;
}

/*
 * last_file: the descriptor plus one in the upper 24 bits, the five letters of its cookie below; 0 above: none, and below a count, so
 * that what was asked before a descriptor went is not written after it.
 */
#define COOKIE_BITS 40
#define COOKIE_LEN 5
#define LAST_FD_MAX ((1 << 24) - 2)

bool vqc_cookie_known(struct vqc_client *client, int fd, char cookie[8])
{
    uint64_t last = atomic_load(&client->last_file);
    uint64_t name = 0;
    if (last >> COOKIE_BITS == (uint64_t)fd + 1) {
        memset(cookie, 0, 8);
        memcpy(cookie, &last, COOKIE_LEN); /* little-endian */
        return true;
    }
    if (!vqc_cookie_of(fd, cookie))
        return false;
    memcpy(&name, cookie, COOKIE_LEN);
    if (fd <= LAST_FD_MAX)
        (void)atomic_compare_exchange_strong(&client->last_file, &last, ((uint64_t)fd + 1) << COOKIE_BITS | name);
    return true;
}

void vqc_cookies_outdated(struct vqc_client *client)
{
    static atomic_uint_fast64_t count;
    atomic_store(&client->last_file, (atomic_fetch_add(&count, 1) + 1) & ((1ull << COOKIE_BITS) - 1));
}

bool vqc_file_is_dead(int fd)
{
    struct pollfd p = { .fd = fd };
    return poll(&p, 1, 0) == 1 && (p.revents & (POLLHUP | POLLERR)) != 0;
}

static int bind_and_connect(struct vqc_client *client, int fd)
{
    sa_family_t autobind = AF_UNIX;
    if (bind(fd, (const struct sockaddr *)&autobind, sizeof(autobind)) < 0)
        return -errno;
    return connect_to(client, fd);
}

static int hello_of_file(int fd, const char *path)
{
    struct vqc_message hello = { .op = VQ_HELLO_FILE, .in = { path }, .in_len = { strlen(path) + 1 }, .out_fd = -1 };
    struct vq_reply reply = { 0 };
    if (!vqc_cookie_of(fd, hello.cookie))
        return -EPROTO;
    int err = send_request(fd, (uint32_t)gettid(), &hello);
    if (err == 0)
        err = receive_reply(fd, &hello, &reply);
    return err < 0 ? err : (int)reply.result;
}

int vqc_open_file(struct vqc_client *client, const char *path)
{
    int fd = new_socket();
    if (fd < 0)
        return fd;
    int err = bind_and_connect(client, fd);
    if (err == 0)
        err = hello_of_file(fd, path);
    if (err == 0)
        return fd;
    close(fd);
    return is_gone(err) ? -ENODEV : err;
}

/* Who listens there: its own descriptors are the board's inside, not a process of the board. */
static int learn_server(struct vqc_client *client, int fd)
{
    struct ucred peer;
    socklen_t len = sizeof(peer);
    if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &len) < 0)
        return -errno;
    client->server_pid = peer.pid;
    return 0;
}

static void register_client(struct vqc_client *client)
{
    pthread_once(&fork_once, watch_forks);
    pthread_mutex_lock(&clients_lock);
    client->next = clients;
    clients = client;
    pthread_mutex_unlock(&clients_lock);
}

static void unregister_client(struct vqc_client *client)
{
    pthread_mutex_lock(&clients_lock);
    for (struct vqc_client **at = &clients; *at != NULL; at = &(*at)->next)
        if (*at == client) {
            *at = client->next;
            break;
        }
    pthread_mutex_unlock(&clients_lock);
}

int vqc_link_init(struct vqc_client *client)
{
    int err = pthread_key_create(&client->key, end_of_thread);
    if (err != 0)
        return -err;
    register_client(client);
    struct vqc_call *call = call_of_thread(client, &err);
    if (call != NULL)
        err = learn_server(client, call->fd);
    if (err < 0)
        vqc_link_free(client);
    return err;
}

void vqc_link_free(struct vqc_client *client)
{
    unregister_client(client);
    pthread_key_delete(client->key);
    while (client->calls != NULL) {
        struct vqc_call *call = client->calls;
        client->calls = call->next;
        drop_connection(call);
        free(call);
    }
}
