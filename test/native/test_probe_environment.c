/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <unistd.h>

#include "check.h"
#include "probe_rig.h"

static struct rig_readings readings;

static void environment_of(const char *root, const struct rig_fault *faults)
{
    struct rig rig;
    rig_open(&rig, root);
    rig.faults = faults;
    readings = (struct rig_readings){ 0 };
    CHECK_INT(qda_probe_environment(&rig.base, rig_on_reading, &readings), 0);
    rig_close(&rig);
}

static bool is(const char *key, const char *value, const char *unit)
{
    const struct rig_reading *reading = rig_reading(&readings, key);
    bool held = CHECK_STR(rig_value(&readings, key), value);
    if (reading != NULL)
        held = CHECK_STR(reading->unit, unit) && CHECK_STR(reading->reason, "") && held;
    if (!held)
        printf("#   of %s\n", key);
    return held;
}

static void absent(const char *key, const char *reason)
{
    const struct rig_reading *reading = rig_reading(&readings, key);
    if (!CHECK_STR(rig_value(&readings, key), "(absent)"))
        printf("#   of %s\n", key);
    else
        CHECK_CONTAINS(reading->reason, reason);
}

static void test_board(void)
{
    environment_of("board/phone", NULL);
    is("kernel.release", "6.18.3-qcom-g0f1e2d3c", "");
    is("kernel.version", "#1 SMP PREEMPT Tue Nov  4 10:21:07 UTC 2026", "");
    is("dt.model", "Qualcomm Technologies, Inc. Robotics RB3gen2", "");
    is("dt.compatible", "qcom,qcs6490-rb3gen2,qcom,qcm6490", "");
    is("dma-heaps", "linux,cma,qcom,secure,system", "");
    is("iommu.units", "15000000.iommu", "");
    is("iommu.qda-cb-cdsp-1", "DMA-FQ", "");
    is("iommu.qda-cb-adsp-3", "identity", "");
    is("cpu0.governor", "performance", "");
    is("cpu4.governor", "schedutil", "");
    is("cpu10.freq", "2841600", "kHz");
    is("cpu4.freq_min", "691200", "kHz");
    is("cpu4.freq_max", "2419200", "kHz");
    absent("cpu4.freq", "ENOENT: /sys/devices/system/cpu/cpufreq/policy4/scaling_cur_freq");
    is("thermal0.type", "cpu0-thermal", "");
    is("thermal0.temp", "45200", "m°C");
    is("thermal2.temp", "-1200", "m°C");
    absent("thermal11.temp", "sensor");
    is("mem.total", "8008871936", "bytes");
    is("mem.available", "5243334656", "bytes");
    is("mem.cma_free", "123207680", "bytes");
    is("load.1min", "0.52", "");
    is("load.15min", "0.59", "");
    is("accel.holders", "pid 412 cam server-1 (accel0 accel0 (deleted) accel1)", "");
    is("power.battery.capacity", "87", "%");
    is("power.usb.online", "1", "");
    CHECK_STR(rig_value(&readings, "power.usb.capacity"), "(not given)");
    CHECK(strncmp(rig_value(&readings, "kernel.cmdline"), "console=ttyMSM0,115200n8 ", 25) == 0);
    CHECK_CONTAINS(rig_value(&readings, "iommu.groups"), "DMA 2");
}

/* Nothing is there: every reading is still given, none has a value that was made up. */
static void test_nothing(void)
{
    static const char *const keys[] = {
        "kernel.release", "kernel.version", "kernel.cmdline", "dt.model", "dt.compatible", "dma-heaps", "iommu.units",
        "iommu.groups", "cpu.governor", "cpu.freq", "thermal.temp", "mem.total", "mem.available", "load.1min", "load.15min",
        "power",
    };
    char dir[64];
    rig_temp_dir(dir);
    environment_of(dir, NULL);
    for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
        absent(keys[i], "ENOENT: ");
    CHECK_CONTAINS(rig_reading(&readings, "cpu.governor")->reason, "this kernel has no cpufreq");
    CHECK_CONTAINS(rig_reading(&readings, "dma-heaps")->reason, "CONFIG_DMABUF_HEAPS");
    for (size_t i = 0; i < readings.count; i++)
        CHECK(readings.all[i].has_value ? readings.all[i].reason[0] == '\0' : readings.all[i].reason[0] != '\0');
    rig_remove(dir);
}

static void test_denied(void)
{
    static const struct rig_fault faults[] = {
        { "/sys/class/thermal/thermal_zone0/temp", -EAGAIN }, { "/proc/412/fd", -EACCES }, { "/proc/meminfo", -EIO },
        { "/sys/kernel/iommu_groups/7/type", -EACCES }, { NULL, 0 }
    };
    environment_of("board/phone", faults);
    absent("thermal0.temp", "EAGAIN: /sys/class/thermal/thermal_zone0/temp");
    absent("mem.available", "EIO: /proc/meminfo");
    is("accel.holders", "none; 1 processes could not be looked at (EACCES: start the agent as root)", "");
    is("iommu.qda-cb-cdsp-1", "unreadable (EACCES)", "");
    is("thermal1.temp", "71300", "m°C");
}

static void test_meminfo_without(void)
{
    char dir[64];
    rig_temp_dir(dir);
    rig_write(dir, "/proc/meminfo", "MemTotal:  18014398509481985 kB\nMemAvailable:\n");
    environment_of(dir, NULL);
    absent("mem.total", "EINVAL");
    absent("mem.available", "EINVAL");
    absent("mem.cma_free", "ENODATA");
    rig_remove(dir);
}

static void test_stop(void)
{
    struct rig rig;
    rig_open(&rig, "board/phone");
    readings = (struct rig_readings){ 0 };
    CHECK_INT(qda_probe_environment(&rig.base, rig_on_reading, &readings), 0);
    size_t all = readings.count;
    CHECK(all > 40);
    for (size_t stop = 1; stop <= all; stop++) {
        readings = (struct rig_readings){ .stop_after = stop };
        CHECK_INT(qda_probe_environment(&rig.base, rig_on_reading, &readings), 77);
        CHECK_INT(readings.count, stop);
    }
    rig_close(&rig);
}

/* ---- identity */

static struct qda_board board;

static void identity_of(const char *root)
{
    struct rig rig;
    rig_open(&rig, root);
    readings = (struct rig_readings){ 0 };
    CHECK_INT(qda_probe_identity(&rig.base, &board, rig_on_reading, &readings), 0);
    rig_close(&rig);
}

static void test_identity(void)
{
    identity_of("board/phone");
    CHECK_STR(board.serial, "3f2a91c7");
    CHECK_STR(board.model, "Qualcomm Technologies, Inc. Robotics RB3gen2");
    CHECK_STR(board.kernel, "6.18.3-qcom-g0f1e2d3c");
    CHECK_STR(board.machine, "aarch64");
    CHECK_INT(board.page_size, sysconf(_SC_PAGESIZE));
    if (CHECK_INT(board.heap_count, 3)) {
        CHECK_STR(board.heaps[0], "linux,cma");
        CHECK_STR(board.heaps[2], "system");
    }
    is("remoteproc1.name", "cdsp", "");
    is("remoteproc1.firmware", "qcom/qcs6490/cdsp.mbn", "");
    is("remoteproc0.state", "running", "");
    CHECK_STR(rig_value(&readings, "serial"), "(not given)");
}

static void test_identity_nothing(void)
{
    char dir[64];
    rig_temp_dir(dir);
    identity_of(dir);
    CHECK_STR(board.serial, "");
    CHECK_STR(board.model, "");
    CHECK_STR(board.kernel, "");
    CHECK(board.machine[0] != '\0'); /* the agent itself runs on it */
    CHECK_INT(board.heap_count, 0);
    absent("serial", "ENOENT: /sys/firmware/devicetree/base/serial-number");
    absent("model", "DMI");
    absent("kernel", "/proc/sys/kernel/osrelease");
    absent("heaps", "CONFIG_DMABUF_HEAPS");
    absent("remoteproc", "/sys/class/remoteproc");
    rig_write(dir, "/proc/cmdline", "quiet androidboot.serialno=0123abcd root=/dev/sda\n");
    rig_write(dir, "/sys/class/dmi/id/product_name", "Some PC\n");
    identity_of(dir);
    CHECK_STR(board.serial, "0123abcd");
    CHECK_STR(board.model, "Some PC");
    rig_remove(dir);
}

static void test_many_heaps(void)
{
    char dir[64], path[64];
    rig_temp_dir(dir);
    for (int i = 0; i < QDA_MAX_HEAPS + 2; i++) {
        snprintf(path, sizeof(path), "/dev/dma_heap/h%d", i);
        rig_write(dir, path, "");
    }
    identity_of(dir);
    CHECK_INT(board.heap_count, QDA_MAX_HEAPS);
    CHECK_STR(board.heaps[QDA_MAX_HEAPS - 1], "h15");
    is("heaps.more", "h16; h17", "");
    rig_remove(dir);
}

int main(void)
{
    check_run("readings of a board", test_board);
    check_run("a machine with nothing to read: every reading absent, with its reason", test_nothing);
    check_run("readings that may not be read", test_denied);
    check_run("a meminfo that makes no sense", test_meminfo_without);
    check_run("a callback ends the probe with its value", test_stop);
    check_run("identity of a board", test_identity);
    check_run("identity of a machine with nothing to read", test_identity_nothing);
    check_run("more heaps than fit", test_many_heaps);
    return check_done();
}
