import type { Check } from '../../model/board.ts';
import type { BoardFacts, SeenNode } from './board-facts.ts';
import { bad, checkOf, good, unknown, warn, type Verdict } from './verdict.ts';

/** As whom the agent would look at the board. */
export interface Eyes {
  /** User of the daemon's shell, as `id -u` says; null: not told. */
  readonly uid: number | null;
  /** How root is had ("adbd is root", "su", "sudo -n"); null: not at all. */
  readonly root: string | null;
}

const ROOT_FIRST =
  'make adbd root (adb root, on a build that allows it) or give the board su or sudo without a password';

/** What the shell saw of the DSPs and their driver. None of it is fatal: the agent looks closer than a shell may. */
export function driverChecks(facts: BoardFacts, eyes: Eyes): readonly Check[] {
  return [
    checkOf(
      'dsp-state',
      'a DSP that does not run has no node, and its driver answers nothing',
      dspState(facts),
    ),
    checkOf(
      'driver',
      "what a driver's calls look like is proven by its type information (BTF) or by calls without effect",
      driver(facts, eyes),
    ),
    checkOf(
      'node-permission',
      'what can be measured depends on who may open the nodes',
      nodePermission(facts, eyes),
    ),
    checkOf(
      'selinux',
      'a policy can refuse what the permissions of a file allow, and the errno is the same (EACCES)',
      selinux(facts, eyes),
    ),
    checkOf(
      'shell-elf',
      'a process on the DSP begins with the shell of the board: without it, benchmarks with code on the DSP are skipped',
      shellElf(facts, eyes),
    ),
  ];
}

function dspState({ remoteprocs }: BoardFacts): Verdict {
  const dsps = remoteprocs.filter(({ name }) => /dsp/.test(name));
  if (dsps.length === 0)
    return unknown(
      'nothing: /sys/class/remoteproc shows no DSP',
      'where the check accel-node fails, look whether the kernel starts the DSP (dmesg | grep -i remoteproc)',
    );
  const read = dsps.map(({ name, state, path }) => `${name}: ${state} (${path})`).join('; ');
  const down = dsps.filter(({ state }) => state !== 'running' && state !== 'attached');
  if (down.length === 0) return good(read);
  return warn(read, `start it as root: echo start > ${down[0]?.path ?? ''}`);
}

const MODULES = 'build it with type information (CONFIG_DEBUG_INFO_BTF_MODULES)';

function driver({ modules, vmlinuxBtf, nodes }: BoardFacts, { uid }: Eyes): Verdict {
  const said = modules.map(({ name, btf }) =>
    btf ? `/sys/kernel/btf/${name} is there` : `${name} is loaded, and there is no /sys/kernel/btf/${name}`,
  );
  if (modules.some(({ btf }) => btf)) return good(said.join('; '));
  if (modules.length > 0)
    return warn(
      said.join('; '),
      `${MODULES}, or name its generation yourself (--generation) where the agent's own check refuses it`,
    );
  if (nodes.length > 0 && vmlinuxBtf)
    return good('built into the kernel: no module, and /sys/kernel/btf/vmlinux is there');
  if (nodes.length > 0)
    return warn(
      'built into the kernel, and there is no /sys/kernel/btf/vmlinux',
      'use a kernel with CONFIG_DEBUG_INFO_BTF, or name the generation yourself (--generation)',
    );
  const nothing = 'neither a module qda or fastrpc, nor a node below /dev/accel or /dev/fastrpc-*';
  if (uid !== 0)
    return unknown(
      `${nothing}, as far as uid ${uid ?? '?'} may look`,
      'the agent looks closer where it may be root',
    );
  return bad(
    nothing,
    'load the driver (modprobe qda, or modprobe fastrpc), and see in dmesg whether it bound to the DSP',
  );
}

const nodeText = ({ path, dsp, permissions }: SeenNode): string =>
  [path, dsp === '' ? '' : `(${dsp})`, permissions].filter((word) => word !== '').join(' ');

function nodePermission({ nodes, accelListed }: BoardFacts, { uid, root }: Eyes): Verdict {
  const who = uid === 0 ? 'root' : `uid ${uid ?? '?'}`;
  if (nodes.length === 0)
    return unknown(
      accelListed
        ? 'no node that could be looked at'
        : `no node that ${who} may see; /dev/accel is not there or not listed`,
      'see the checks dsp-state and driver',
    );
  const read = `${nodes.map(nodeText).join('; ')}, seen as ${who}`;
  const shut = nodes.filter(({ readable, writable }) => !readable || !writable);
  if (uid === 0 || shut.length === 0) return good(read);
  if (root !== null) return good(`${read}, who may not open it; the agent runs as root (${root})`);
  const one = shut[0]?.path ?? '';
  return bad(read, `${ROOT_FIRST}; or give the node to that user: chmod 666 ${one}, or a udev rule for it`);
}

function selinux({ selinux: mode, context }: BoardFacts, { uid, root }: Eyes): Verdict {
  if (mode === null) return good('no SELinux, or it does not tell');
  const read = `${mode}${context === '' ? '' : `, the shell runs as ${context}`}`;
  if (mode === 'permissive' || uid === 0 || root !== null) return good(read);
  return warn(
    read,
    'where a check fails with EACCES although the permissions allow it: setenforce 0 as root, for as long as is measured',
  );
}

function shellElf({ shells }: BoardFacts, { uid, root }: Eyes): Verdict {
  const found = shells.filter(({ path }) => /fastrpc_shell(_unsigned)?_\d+(\.\w+)?$/.test(path));
  if (found.length === 0)
    return warn(
      'no fastrpc_shell_* below /vendor/dsp, /usr/lib/rfsa/adsp, /usr/lib/dsp, /vendor/lib/rfsa/adsp, /dsp or /usr/share/qcom',
      "install the board's DSP binaries (hexagon-dsp-binaries, or the vendor's image), or name the file with --shell PATH",
    );
  const read = found.map(({ path }) => path).join('; ');
  if (uid === 0 || root !== null || found.some(({ readable }) => readable)) return good(read);
  return warn(`${read}: not readable for uid ${uid ?? '?'}`, `${ROOT_FIRST}, or make the file readable`);
}
