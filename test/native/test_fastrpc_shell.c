/* SPDX-License-Identifier: MIT */
#include "check.h"
#include "fake_dsp.h"

#include "fastrpc/sha256.h"
#include "fastrpc/shell_paths.h"

#include <errno.h>
#include <stdlib.h>

/* Where the shell is looked for, and what is refused. */

#define MODEL "/sys/firmware/devicetree/base/model"
#define CONF "/usr/share/qcom/conf.d/"

static struct fake_dsp *dsp;
static char why[400];

static void put_elf(const char *path, size_t len)
{
    uint8_t *bytes = malloc(len);
    fake_dsp_elf(bytes, len);
    fake_dsp_put(dsp, path, bytes, len);
    free(bytes);
}

static void put_text(const char *path, const char *text)
{
    fake_dsp_put(dsp, path, text, strlen(text));
}

static int load(const char *path, struct qda_shell *out)
{
    memset(why, 0, sizeof why);
    return qda_shell_load(&dsp->base, "cdsp", true, path, out, why);
}

static void test_absent(void)
{
    struct qda_shell shell;
    dsp = fake_dsp_new();
    CHECK_INT(load(NULL, &shell), -ENOENT);
    CHECK(shell.bytes == NULL);
    CHECK_CONTAINS(why, "fastrpc_shell_unsigned_3");
    CHECK_CONTAINS(why, "/usr/lib/dsp");
    CHECK_CONTAINS(why, "install the board's DSP binaries");
    CHECK(strlen(why) < 240); /* room of a result's reason */
    CHECK_INT(load("/nowhere/shell", &shell), -ENOENT);
    CHECK_CONTAINS(why, "/nowhere/shell");
    CHECK_INT(qda_shell_load(&dsp->base, "xdsp", true, NULL, &shell, why), -ENOENT);
    CHECK_CONTAINS(why, "\"xdsp\"");
    char long_path[400];
    memset(long_path, 'a', sizeof long_path);
    long_path[0] = '/';
    long_path[sizeof long_path - 1] = '\0';
    CHECK_INT(load(long_path, &shell), -ENAMETOOLONG);
    fake_dsp_free(dsp);
}

static void test_usual_folders(void)
{
    struct qda_shell shell;
    dsp = fake_dsp_new();
    put_elf("/usr/lib/dsp/cdsp/fastrpc_shell_unsigned_3", 5000);
    put_elf("/usr/lib/dsp/fastrpc_shell_3", 6000);
    CHECK_INT(load(NULL, &shell), 0);
    CHECK_STR(shell.path, "/usr/lib/dsp/cdsp/fastrpc_shell_unsigned_3");
    CHECK_INT(shell.len, 5000);
    uint8_t sum[32];
    rpc_sha256(shell.bytes, shell.len, sum);
    CHECK_MEM(shell.sha256, sum, 32);
    qda_shell_free(&shell);
    CHECK_INT(qda_shell_load(&dsp->base, "cdsp", false, NULL, &shell, why), 0);
    CHECK_STR(shell.path, "/usr/lib/dsp/fastrpc_shell_3");
    qda_shell_free(&shell);
    put_elf("/vendor/dsp/fastrpc_shell_unsigned_3", 7000);
    CHECK_INT(load(NULL, &shell), 0);
    CHECK_STR(shell.path, "/vendor/dsp/fastrpc_shell_unsigned_3");
    qda_shell_free(&shell);
    fake_dsp_free(dsp);
}

static void test_configured(void)
{
    struct qda_shell shell;
    dsp = fake_dsp_new();
    fake_dsp_put(dsp, MODEL, "Board, Rev 2", 13); /* with its NUL, as a device tree has it */
    put_text(CONF "10-board.yaml", "machines:\n  \"Board, Rev 2\":\n    DSP_LIBRARY_PATH: none;qcm/board/dsp\n");
    put_text(CONF "20-other.yaml", "machines:\n  Other:\n    DSP_LIBRARY_PATH: other\n");
    put_text(CONF "30-not.txt", "machines:\n  \"Board, Rev 2\":\n    DSP_LIBRARY_PATH: wrong\n");
    put_elf("/usr/share/qcom/qcm/board/dsp/cdsp/fastrpc_shell_unsigned_3", 4000);
    put_elf("/vendor/dsp/fastrpc_shell_unsigned_3", 7000);
    CHECK_INT(load(NULL, &shell), 0);
    CHECK_STR(shell.path, "/usr/share/qcom/qcm/board/dsp/cdsp/fastrpc_shell_unsigned_3");
    qda_shell_free(&shell);
    put_text(CONF "40-later.yml", "machines:\n  'Board, Rev 2':\n    DSP_LIBRARY_PATH: /opt/dsp\n");
    put_elf("/opt/dsp/fastrpc_shell_unsigned_3", 4100);
    CHECK_INT(load(NULL, &shell), 0);
    CHECK_STR(shell.path, "/opt/dsp/fastrpc_shell_unsigned_3");
    qda_shell_free(&shell);
    fake_dsp_free(dsp);
}

static void test_refused(void)
{
    struct qda_shell shell;
    uint8_t bytes[200];
    dsp = fake_dsp_new();
    put_elf("/big", QDA_SHELL_MAX + 1);
    CHECK_INT(load("/big", &shell), -EFBIG);
    CHECK_CONTAINS(why, "over 4 MiB");
    put_elf("/largest", QDA_SHELL_MAX);
    CHECK_INT(load("/largest", &shell), 0);
    qda_shell_free(&shell);
    fake_dsp_elf(bytes, sizeof bytes);
    bytes[18] = 183; /* aarch64 */
    fake_dsp_put(dsp, "/vendor/dsp/fastrpc_shell_unsigned_3", bytes, sizeof bytes);
    put_elf("/usr/lib/dsp/fastrpc_shell_unsigned_3", 300);
    CHECK_INT(load(NULL, &shell), -ENOEXEC); /* one that is there and no good is said, not passed over */
    CHECK_CONTAINS(why, "no Hexagon ELF");
    CHECK_CONTAINS(why, "/vendor/dsp/fastrpc_shell_unsigned_3");
    put_text("/text", "no ELF at all");
    CHECK_INT(load("/text", &shell), -ENOEXEC);
    fake_dsp_put(dsp, "/empty", "", 0);
    CHECK_INT(load("/empty", &shell), -ENOEXEC);
    fake_dsp_elf(bytes, sizeof bytes);
    bytes[4] = 2; /* 64-bit */
    fake_dsp_put(dsp, "/wide", bytes, sizeof bytes);
    CHECK_INT(load("/wide", &shell), -ENOEXEC);
    CHECK(shell.bytes == NULL);
    fake_dsp_free(dsp);
}

static const char *path_in(const char *text, const char *machine)
{
    static char out[64];
    return rpc_yaml_library_path(text, strlen(text), machine, out, sizeof out) ? out : NULL;
}

static void test_yaml(void)
{
    CHECK_STR(path_in("machines:\n  m:\n    DSP_LIBRARY_PATH: a/b\n", "m"), "a/b");
    CHECK_STR(path_in("machines:\n  m:\n    DSP_LIBRARY_PATH: a/b # why\n", "m"), "a/b");
    CHECK_STR(path_in("# x\nmachines: \n\n  m :\n    OTHER: 1\n    DSP_LIBRARY_PATH : 'a b'", "m"), "a b");
    CHECK_STR(path_in("machines:\r\n  \"q\\\"m\":\r\n    DSP_LIBRARY_PATH: \"x;y\"\r\n", "q\"m"), "x;y");
    CHECK_STR(path_in("machines:\n  a: b:\n    DSP_LIBRARY_PATH: x\n  m:\n    DSP_LIBRARY_PATH: y\n", "m"), "y");
    CHECK(path_in("machines:\n  n:\n    DSP_LIBRARY_PATH: x\n", "m") == NULL);
    CHECK(path_in("machines:\n  m:\n  n:\n    DSP_LIBRARY_PATH: x\n", "m") == NULL);
    CHECK(path_in("machines:\n  m:\nDSP_LIBRARY_PATH: x\n", "m") == NULL);
    CHECK(path_in("m:\n    DSP_LIBRARY_PATH: x\n", "m") == NULL);
    CHECK(path_in("machines:\n  m:\n    DSP_LIBRARY_PATH:\n", "m") == NULL);
    CHECK(path_in("machines:\n  m:\n    DSP_LIBRARY_PATH: \"open\n", "m") == NULL);
    CHECK(path_in("", "m") == NULL);
    char long_value[200] = "machines:\n  m:\n    DSP_LIBRARY_PATH: ";
    memset(long_value + strlen(long_value), 'p', 100);
    CHECK(path_in(long_value, "m") == NULL);
}

static void check_sum(const char *text, size_t len, const char *want)
{
    uint8_t sum[32];
    char hex[65];
    rpc_sha256(text, len, sum);
    for (int i = 0; i < 32; i++)
        snprintf(hex + 2 * i, 3, "%02x", sum[i]);
    CHECK_STR(hex, want);
}

/* The examples of FIPS 180-4, and lengths around a block, whose sums are of coreutils' sha256sum. */
static void test_sha256(void)
{
    char a[128];
    memset(a, 'a', sizeof a);
    check_sum("", 0, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    check_sum("abc", 3, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    check_sum("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq", 56,
              "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
    check_sum(a, 55, "9f4390f8d30c2dd92ec9f095b65e2b9ae9b0a925a5258e241c9f1e910f734318");
    check_sum(a, 64, "ffe054fe7ae0cb6dc65c3af9b61d5209f439851db43d0ba5997337df154668eb");
    check_sum(a, 119, "31eba51c313a5c08226adf18d4a359cfdfd8d2e816b13f4af952f7ea6584dcfb");
}

int main(void)
{
    check_run("a shell that is not there: says where it was looked for", test_absent);
    check_run("the usual folders, and the DSP's own in them", test_usual_folders);
    check_run("DSP_LIBRARY_PATH of this machine comes first", test_configured);
    check_run("too large, no ELF, another machine", test_refused);
    check_run("the configuration's small YAML", test_yaml);
    check_run("SHA-256", test_sha256);
    return check_done();
}
