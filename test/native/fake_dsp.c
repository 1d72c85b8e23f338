/* SPDX-License-Identifier: MIT */
#include "fake_dsp.h"

#include <dirent.h>
#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "uapi/dma_buf.h"
#include "uapi/dma_heap.h"
#include "uapi/drm_core.h"
#include "uapi/qda_v1.h"

#define NODE "/dev/accel/accel0"
#define HEAP "/dev/dma_heap/system"

static struct fake_dsp *of(struct qda_sys *sys)
{
    return (struct fake_dsp *)sys;
}

static int new_buffer(uint64_t size)
{
    int fd = memfd_create("fake-dsp", MFD_CLOEXEC);
    return fd >= 0 && ftruncate(fd, (off_t)size) == 0 ? fd : -errno;
}

static int on_open(struct qda_sys *sys, const char *path, int flags)
{
    struct fake_dsp *dsp = of(sys);
    if (strcmp(path, HEAP) == 0)
        return dsp->no_heap ? -ENOENT : open("/dev/null", O_RDWR | O_CLOEXEC);
    if (strcmp(path, NODE) != 0)
        return dsp->files->ops->open(dsp->files, path, flags);
    pthread_mutex_lock(&dsp->lock);
    dsp->opens++;
    pthread_mutex_unlock(&dsp->lock);
    return open("/dev/zero", O_RDWR | O_CLOEXEC);
}

static int on_stat(struct qda_sys *sys, const char *path, struct qda_stat *out)
{
    return of(sys)->files->ops->stat(of(sys)->files, path, out);
}

static ssize_t on_readlink(struct qda_sys *sys, const char *path, char *buf, size_t len)
{
    return of(sys)->files->ops->readlink(of(sys)->files, path, buf, len);
}

static int on_open_below(struct qda_sys *sys, const char *folder, const char *name)
{
    return of(sys)->files->ops->open_below(of(sys)->files, folder, name);
}

static int on_list_dir(struct qda_sys *sys, const char *path, qda_dirent_fn fn, void *arg)
{
    return of(sys)->files->ops->list_dir(of(sys)->files, path, fn, arg);
}

static uint32_t add_handle(struct fake_dsp *dsp, int fd)
{
    for (uint32_t i = 1; i < FAKE_DSP_HANDLES; i++) {
        if (!dsp->handles[i]) {
            dsp->handles[i] = fd + 1;
            return i;
        }
    }
    return 0;
}

static int on_gem_create(struct qda_sys *sys, int fd, uint64_t size, uint32_t *handle)
{
    struct fake_dsp *dsp = of(sys);
    (void)fd;
    int memory = new_buffer(size);
    pthread_mutex_lock(&dsp->lock);
    *handle = memory < 0 ? 0 : add_handle(dsp, memory);
    pthread_mutex_unlock(&dsp->lock);
    return *handle ? 0 : -ENOMEM;
}

/* The fake's mmap offsets are not used: buffers are mapped by their dma-buf. */
static int on_gem_mmap_offset(struct qda_sys *sys, int fd, uint32_t handle, uint64_t *offset)
{
    (void)sys, (void)fd, (void)handle, (void)offset;
    return -EOPNOTSUPP;
}

static int export_handle(struct fake_dsp *dsp, struct qda_drm_prime_handle *arg)
{
    if (arg->handle >= FAKE_DSP_HANDLES || !dsp->handles[arg->handle])
        return -ENOENT;
    arg->fd = fcntl(dsp->handles[arg->handle] - 1, F_DUPFD_CLOEXEC, 3);
    return arg->fd < 0 ? -errno : 0;
}

static bool same_file(int a, int b)
{
    struct stat one, other;
    return fstat(a, &one) == 0 && fstat(b, &other) == 0 && one.st_ino == other.st_ino && one.st_dev == other.st_dev;
}

static int import_fd(struct fake_dsp *dsp, struct qda_drm_prime_handle *arg)
{
    for (uint32_t i = 1; i < FAKE_DSP_HANDLES; i++) {
        if (dsp->handles[i] && same_file(dsp->handles[i] - 1, arg->fd)) {
            arg->handle = i;
            return 0;
        }
    }
    int fd = fcntl(arg->fd, F_DUPFD_CLOEXEC, 3);
    arg->handle = fd < 0 ? 0 : add_handle(dsp, fd);
    return arg->handle ? 0 : -EBADF;
}

static int close_handle(struct fake_dsp *dsp, uint32_t handle)
{
    if (handle >= FAKE_DSP_HANDLES || !dsp->handles[handle])
        return -EINVAL;
    close(dsp->handles[handle] - 1);
    dsp->handles[handle] = 0;
    return 0;
}

static int heap_alloc(struct qda_dma_heap_allocation *arg)
{
    int fd = new_buffer(arg->len);
    if (fd < 0)
        return fd;
    arg->fd = (uint32_t)fd;
    return 0;
}

static int on_ioctl(struct qda_sys *sys, int fd, unsigned long request, void *arg)
{
    struct fake_dsp *dsp = of(sys);
    int result = -ENOTTY;
    (void)fd;
    pthread_mutex_lock(&dsp->lock);
    if (request == QDA_DRM_IOCTL_PRIME_HANDLE_TO_FD)
        result = export_handle(dsp, arg);
    else if (request == QDA_DRM_IOCTL_PRIME_FD_TO_HANDLE)
        result = import_fd(dsp, arg);
    else if (request == QDA_DRM_IOCTL_GEM_CLOSE)
        result = close_handle(dsp, ((struct qda_drm_gem_close *)arg)->handle);
    else if (request == QDA_DMA_HEAP_IOCTL_ALLOC)
        result = heap_alloc(arg);
    else if (request == QDA_DMA_BUF_IOCTL_SYNC)
        result = 0;
    pthread_mutex_unlock(&dsp->lock);
    return result;
}

/* A close of the node drops what its file holds; /dev/zero stands for it. */
static int on_close(struct qda_sys *sys, int fd)
{
    struct fake_dsp *dsp = of(sys);
    struct stat st;
    if (fstat(fd, &st) == 0 && S_ISCHR(st.st_mode) && (st.st_rdev & 0xff) == 5) {
        pthread_mutex_lock(&dsp->lock);
        dsp->closes++;
        for (uint32_t i = 1; i < FAKE_DSP_HANDLES; i++)
            close_handle(dsp, i);
        dsp->maps_now = 0;
        pthread_mutex_unlock(&dsp->lock);
    }
    return close(fd) < 0 ? -errno : 0;
}

static int on_query(struct qda_sys *sys, int fd, char name[16])
{
    (void)sys, (void)fd;
    strcpy(name, "cdsp");
    return 0;
}

static bool all_blocked(void)
{
    sigset_t set;
    pthread_sigmask(SIG_BLOCK, NULL, &set);
    return sigismember(&set, SIGTERM) && sigismember(&set, SIGINT) && sigismember(&set, SIGUSR1) &&
           sigismember(&set, SIGALRM);
}

static int on_create(struct qda_sys *sys, int fd, const struct qda_session_args *args)
{
    struct fake_dsp *dsp = of(sys);
    (void)fd;
    pthread_mutex_lock(&dsp->lock);
    int memory = dsp->driver.handles_are_refs ? dsp->handles[args->buffer] - 1 : args->buffer;
    void *map = mmap(NULL, args->file_len, PROT_READ, MAP_SHARED, memory, 0);
    dsp->creates++;
    dsp->create_attrs = args->attrs;
    dsp->shell_seen = map != MAP_FAILED && dsp->shell && args->file_len == dsp->shell->len &&
                      memcmp(map, dsp->shell->bytes, args->file_len) == 0 &&
                      memcmp(args->file, dsp->shell->bytes, args->file_len) == 0;
    if (map != MAP_FAILED)
        munmap(map, args->file_len);
    dsp->signals_blocked = dsp->signals_blocked && all_blocked();
    int result = dsp->create_result;
    pthread_mutex_unlock(&dsp->lock);
    return result;
}

static int on_map(struct qda_sys *sys, int fd, struct qda_map_args *args)
{
    struct fake_dsp *dsp = of(sys);
    (void)fd;
    pthread_mutex_lock(&dsp->lock);
    int result = dsp->map_result;
    if (dsp->map_limit && dsp->maps_now >= dsp->map_limit)
        result = (int)(QDA_AEE_REMOTE + QDA_AEE_ENOMEMORY);
    dsp->map_flags = args->flags;
    dsp->map_request = args->request;
    if (result == 0) {
        dsp->maps++;
        dsp->maps_now++;
        args->vaddr_out = dsp->same_address ? 0x10000 : dsp->next_address;
        uint64_t taken = (args->size + 0xffff) & ~0xffffull;
        dsp->next_address += dsp->half_apart ? taken / 2 : taken;
    }
    pthread_mutex_unlock(&dsp->lock);
    return result;
}

static int on_unmap(struct qda_sys *sys, int fd, const struct qda_unmap_args *args)
{
    struct fake_dsp *dsp = of(sys);
    (void)fd, (void)args;
    pthread_mutex_lock(&dsp->lock);
    dsp->unmaps++;
    dsp->maps_now--;
    pthread_mutex_unlock(&dsp->lock);
    return 0;
}

size_t fake_dsp_pack(const struct fake_step *step, uint8_t *to)
{
    struct qda_pack pack = {.at = to, .room = FAKE_DSP_OUT};
    for (unsigned i = 0; i < QDA_SCALARS_IN(step->sc); i++)
        qda_pack_buffer(&pack, step->ins[i].data, step->ins[i].len);
    for (unsigned i = 0; i < QDA_SCALARS_OUT(step->sc); i++)
        qda_pack_length(&pack, step->outs[i]);
    return pack.len;
}

static void keep_answer(struct fake_dsp *dsp, const struct qda_reverse_done *done, const struct qda_rpc_arg *out)
{
    if (done->context == 0 || done->context > FAKE_DSP_STEPS)
        return;
    struct fake_answer_of *answer = &dsp->answers[done->context - 1];
    answer->result = done->result;
    answer->out_len = done->out_len;
    size_t len = out->len < sizeof answer->out ? out->len : sizeof answer->out;
    if (len > 0)
        memcpy(answer->out, out->ptr, len);
}

static void give_call(struct fake_dsp *dsp, struct qda_reverse_call *call, const struct qda_rpc_arg *room)
{
    static _Alignas(8) uint8_t packed[FAKE_DSP_OUT];
    const struct fake_step *step = &dsp->steps[dsp->played];
    size_t len = step->raw ? step->raw_len : fake_dsp_pack(step, packed);
    memcpy(room->ptr, step->raw ? step->raw : packed, len < room->len ? len : room->len);
    *call = (struct qda_reverse_call){
        .context = (uint32_t)dsp->played + 1,
        .handle = step->handle,
        .sc = step->sc,
        .needed = step->needed ? step->needed : (uint32_t)len,
    };
    if (++dsp->rounds >= (step->times ? step->times : 1)) {
        dsp->rounds = 0;
        dsp->played++;
    }
}

/* Waits as v1 does: nothing but a signal ends it. */
static int wait_in_driver(struct fake_dsp *dsp)
{
    int got = poll(NULL, 0, -1);
    pthread_mutex_lock(&dsp->lock);
    dsp->interrupted++;
    pthread_mutex_unlock(&dsp->lock);
    return got < 0 ? -errno : -EIO;
}

static int next2(struct fake_dsp *dsp, const struct qda_rpc_arg *args)
{
    pthread_mutex_lock(&dsp->lock);
    dsp->next_calls++;
    keep_answer(dsp, args[0].ptr, &args[1]);
    bool more = dsp->played < dsp->step_count;
    if (more)
        give_call(dsp, args[2].ptr, &args[3]);
    else
        dsp->played = dsp->step_count + 1; /* all answers are in */
    pthread_cond_broadcast(&dsp->changed);
    pthread_mutex_unlock(&dsp->lock);
    return more ? 0 : wait_in_driver(dsp);
}

static int remotectl(struct fake_dsp *dsp, uint32_t handle, uint32_t sc, const struct qda_rpc_arg *args)
{
    uint32_t method = QDA_SCALARS_METHOD(sc), open = handle == QDA_HANDLE_REMOTECTL1 ? 2 : 0;
    uint32_t out[2] = {100, (uint32_t)dsp->dl_error};
    int result = handle == QDA_HANDLE_REMOTECTL1 ? dsp->remotectl1_result : dsp->remotectl_result;
    if (result != 0)
        return result;
    dsp->remotectl = handle;
    if (method == open) {
        memcpy(dsp->uri, args[1].ptr, args[1].len);
        memcpy(args[2].ptr, out, 8);
        snprintf(args[3].ptr, args[3].len, "%s", dsp->dl_text ? dsp->dl_text : "");
        return 0;
    }
    memcpy(&dsp->closed_handle, args[0].ptr, 4);
    memcpy(args[1].ptr, &out[1], 4);
    snprintf(args[2].ptr, args[2].len, "%s", dsp->dl_text ? dsp->dl_text : "");
    return 0;
}

static int null_call(struct fake_dsp *dsp, uint32_t handle, uint32_t sc, const struct qda_rpc_arg *args)
{
    uint32_t value = handle == QDA_HANDLE_PROCESS ? 7 : 66;
    unsigned which = handle == QDA_HANDLE_DSP_UTILITIES ? 1 : QDA_SCALARS_METHOD(sc) == 5 ? 0 : 2;
    if (dsp->null_results[which] == 0 && QDA_SCALARS_OUT(sc))
        memcpy(args[QDA_SCALARS_IN(sc)].ptr, &value, 4);
    return dsp->null_results[which];
}

/* Like the driver's elements: handles after the buffers. */
static int on_invoke(struct qda_sys *sys, int fd, uint32_t handle, uint32_t sc, const void *elements)
{
    struct fake_dsp *dsp = of(sys);
    const struct qda_v1_fastrpc_invoke_args *from = elements;
    struct qda_rpc_arg args[QDA_SCALARS_MAX];
    bool listens = handle == QDA_HANDLE_LISTENER1 || handle == QDA_HANDLE_LISTENER;
    (void)fd;
    for (uint32_t i = 0; i < QDA_SCALARS_LENGTH(sc); i++)
        args[i] = (struct qda_rpc_arg){
            .ptr = (void *)(uintptr_t)from[i].ptr, .len = from[i].length, .ref = from[i].fd, .offset = (uint32_t)from[i].ptr};
    if (listens && QDA_SCALARS_LENGTH(sc) == 4)
        return next2(dsp, args);
    pthread_mutex_lock(&dsp->lock);
    int result;
    if (listens) {
        dsp->listener = handle;
        result = handle == QDA_HANDLE_LISTENER1 ? dsp->init1_result : dsp->init_result;
    } else {
        dsp->signals_blocked = dsp->signals_blocked && all_blocked();
        if (handle == QDA_HANDLE_REMOTECTL || handle == QDA_HANDLE_REMOTECTL1)
            result = remotectl(dsp, handle, sc, args);
        else if (handle <= QDA_HANDLE_STATIC_MAX)
            result = null_call(dsp, handle, sc, args);
        else
            result = dsp->method ? dsp->method(dsp, handle, sc, args) : (int)(QDA_AEE_REMOTE + QDA_AEE_ENOSUCH);
    }
    pthread_mutex_unlock(&dsp->lock);
    return result;
}

static struct qda_sys_ops ops;

struct fake_dsp *fake_dsp_new(void)
{
    struct fake_dsp *dsp = calloc(1, sizeof *dsp);
    strcpy(dsp->root, "/tmp/qda-fake-dsp-XXXXXX");
    if (!mkdtemp(dsp->root))
        abort();
    dsp->files = qda_sys_linux(dsp->root);
    ops = *dsp->files->ops;
    ops.open = on_open;
    ops.close = on_close;
    ops.ioctl = on_ioctl;
    ops.stat = on_stat;
    ops.readlink = on_readlink;
    ops.open_below = on_open_below;
    ops.list_dir = on_list_dir;
    dsp->base.ops = &ops;
    dsp->driver = (struct qda_driver){
        .generation = QDA_GEN_V1, .name = "fake", .title = "fake", .gem = true, .query = on_query,
        .gem_create = on_gem_create, .gem_mmap_offset = on_gem_mmap_offset, .session_create = on_create,
        .map = on_map, .unmap = on_unmap, .invoke = on_invoke,
    };
    dsp->node = (struct qda_node){.path = NODE, .dsp = "cdsp", .driver = &dsp->driver};
    dsp->next_address = 0x10000;
    dsp->signals_blocked = true;
    pthread_mutex_init(&dsp->lock, NULL);
    pthread_cond_init(&dsp->changed, NULL);
    return dsp;
}

/* Folders and files alike, the deepest first. */
static void remove_tree(const char *path)
{
    DIR *dir = opendir(path);
    for (struct dirent *entry; dir && (entry = readdir(dir));) {
        char inner[1024];
        if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
            continue;
        snprintf(inner, sizeof inner, "%s/%s", path, entry->d_name);
        struct stat st;
        if (lstat(inner, &st) == 0 && S_ISDIR(st.st_mode))
            remove_tree(inner);
        else
            unlink(inner);
    }
    if (dir)
        closedir(dir);
    rmdir(path);
}

void fake_dsp_free(struct fake_dsp *dsp)
{
    remove_tree(dsp->root);
    qda_sys_linux_free(dsp->files);
    pthread_cond_destroy(&dsp->changed);
    pthread_mutex_destroy(&dsp->lock);
    free(dsp);
}

void fake_dsp_put(struct fake_dsp *dsp, const char *path, const void *bytes, size_t len)
{
    char full[512];
    size_t base = strlen(dsp->root);
    snprintf(full, sizeof full, "%s%s", dsp->root, path);
    for (char *slash = strchr(full + base + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        mkdir(full, 0755);
        *slash = '/';
    }
    int fd = open(full, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    if (fd < 0 || write(fd, bytes, len) != (ssize_t)len)
        abort();
    close(fd);
}

bool fake_dsp_played(struct fake_dsp *dsp)
{
    struct timespec until;
    int err = 0;
    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_sec += 60; /* hung */
    pthread_mutex_lock(&dsp->lock);
    while (dsp->played <= dsp->step_count && err == 0)
        err = pthread_cond_timedwait(&dsp->changed, &dsp->lock, &until);
    pthread_mutex_unlock(&dsp->lock);
    return err == 0;
}

unsigned fake_dsp_descriptors(void)
{
    unsigned count = 0;
    DIR *dir = opendir("/proc/self/fd");
    while (dir && readdir(dir))
        count++;
    if (dir)
        closedir(dir);
    return count;
}

void fake_dsp_elf(uint8_t *bytes, size_t len)
{
    Elf32_Ehdr head = {.e_machine = 164, .e_type = ET_EXEC};
    memcpy(head.e_ident, ELFMAG, SELFMAG);
    head.e_ident[EI_CLASS] = ELFCLASS32;
    head.e_ident[EI_DATA] = ELFDATA2LSB;
    for (size_t i = 0; i < len; i++)
        bytes[i] = (uint8_t)(i * 7 + i / 251);
    memcpy(bytes, &head, sizeof head < len ? sizeof head : len);
}
