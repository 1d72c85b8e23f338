import type { Check } from '../../model/board.ts';
import type { BoardFacts } from './board-facts.ts';
import { bad, checkOf, good, unknown, warn, type Verdict } from './verdict.ts';

/**
 * What the agent's own checks of the same names (native/probe/checks*.c) say better: told only where no agent comes onto the board.
 */
export const ALSO_AGENT: ReadonlySet<string> = new Set([
  'accel-node',
  'dma-heap',
  'debugfs',
  'tracefs',
  'governor',
  'thermal',
]);

const AS_ROOT = 'only root may look there: see the check root';

/** The same names and words of why as the agent's. */
export function agentLikeChecks(facts: BoardFacts): readonly Check[] {
  return [
    checkOf(
      'accel-node',
      "every call to the DSP's memory goes through a node of its driver: QDA's accel node or FastRPC's",
      accelNode(facts),
    ),
    checkOf(
      'dma-heap',
      'buffers of other devices come from dma-heaps: without one, imports are measured with udmabuf only',
      dmaHeap(facts),
    ),
    checkOf(
      'debugfs',
      'it is the only place that says which context bank a buffer is attached to',
      debugfs(facts),
    ),
    checkOf(
      'tracefs',
      'DMA trace events tell process, context bank, IOVA and every sg entry, live',
      tracefs(facts),
    ),
    checkOf('governor', 'with a clock that moves, the same call takes different times', governor(facts)),
    checkOf('thermal', 'a hot board slows itself down in the middle of a run', thermal(facts)),
  ];
}

function accelNode({ nodes }: BoardFacts): Verdict {
  if (nodes.length > 0)
    return good(
      nodes
        .map(({ path, dsp, driver }) => {
          const words = [dsp, driver === '' ? '' : `driver ${driver}`].filter((word) => word !== '');
          return words.length > 0 ? `${path} (${words.join(', ')})` : path;
        })
        .join('; '),
    );
  return bad(
    '/dev/accel/accel* and /dev/fastrpc-*: none that the shell may see',
    'use a kernel with the QDA driver or FastRPC, and a DSP that runs (/sys/class/remoteproc/*/state)',
  );
}

function dmaHeap({ heaps }: BoardFacts): Verdict {
  if (heaps.length === 0)
    return warn(
      '/dev/dma_heap: nothing there',
      'use a kernel with CONFIG_DMABUF_HEAPS and CONFIG_DMABUF_HEAPS_SYSTEM',
    );
  const read = heaps.map(({ path, readable }) => (readable ? path : `${path} (not for us)`)).join('; ');
  return heaps.some(({ readable }) => readable) ? good(read) : warn(read, AS_ROOT);
}

const mountOf = ({ mounts }: BoardFacts, kind: string): string =>
  mounts.find((mount) => mount.kind === kind)?.path ?? '';

function debugfs(facts: BoardFacts): Verdict {
  if (facts.bufinfo) return good('/sys/kernel/debug/dma_buf/bufinfo can be read');
  const at = mountOf(facts, 'debugfs');
  if (at === '') return warn('debugfs is not mounted', 'as root: mount -t debugfs none /sys/kernel/debug');
  return warn(`debugfs is mounted at ${at}, and dma_buf/bufinfo cannot be read`, AS_ROOT);
}

function tracefs(facts: BoardFacts): Verdict {
  if (facts.events.length > 0) return good(`${facts.events[0] ?? ''}/events/dma/dma_map_sg can be read`);
  const at = mountOf(facts, 'tracefs');
  if (at === '') return warn('tracefs is not mounted', 'as root: mount -t tracefs none /sys/kernel/tracing');
  return warn(
    `tracefs is mounted at ${at}, and events/dma/dma_map_sg cannot be read`,
    `${AS_ROOT}; these events are there since Linux 6.12`,
  );
}

function governor({ governors }: BoardFacts): Verdict {
  if (governors.length === 0)
    return unknown(
      '/sys/devices/system/cpu/cpufreq: no policy that can be read',
      'trust the spread of the numbers',
    );
  const read = governors
    .map(({ policy, governor: name }) => `${policy}: ${name || 'not readable'}`)
    .join('; ');
  return governors.every(({ governor: name }) => name === 'performance')
    ? good(read)
    : warn(
        read,
        'as root: for i in /sys/devices/system/cpu/cpufreq/policy*/scaling_governor; do echo performance > $i; done',
      );
}

/** The agent's bounds. */
const HOT = 85_000;
const WARM = 70_000;

function thermal({ zones }: BoardFacts): Verdict {
  const hottest = zones.reduce<BoardFacts['zones'][number] | null>(
    (most, zone) => (most === null || zone.milliDegrees > most.milliDegrees ? zone : most),
    null,
  );
  if (hottest === null)
    return unknown('/sys/class/thermal: no zone that can be read', 'trust the spread of the numbers');
  const read = `hottest is ${hottest.path}: ${hottest.milliDegrees} m°C`;
  const cool = 'let the board cool down, or cool it, before a run';
  if (hottest.milliDegrees >= HOT) return bad(read, cool);
  return hottest.milliDegrees >= WARM ? warn(read, cool) : good(read);
}
