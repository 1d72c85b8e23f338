// A board of any size as the host would push it: a reset, then steps in which a part of the buffers changes. Pure.
import type { MemoryDelta } from '../../../electron/model/memory-delta.ts';
import type {
  PictureBank,
  PictureBuffer,
  PictureMapping,
  PictureProcess,
  TierStatus,
} from '../../../electron/model/memory.ts';

export const PROCESSES = 200;
const BANKS = 12;
const PAGE = 4096;
/** Of all buffers, those that a step changes, and those that go while others come. */
const CHANGED = 0.01;
const REPLACED = 0.002;
const FIRST_INO = 10_000;

const deviceOf = (ino: number): string => `qda-cb-cdsp-${1 + (ino % BANKS)}`;
const pidOf = (ino: number): number => 1000 + (ino % PROCESSES);
const iovaOf = (ino: number): bigint => BigInt(0x1000_0000 + ((ino * 16 * PAGE) % 0xc000_0000));

const processOf = (at: number): PictureProcess => ({
  pid: 1000 + at,
  comm: { value: `holder-${at}`, tier: 'proc' },
  alive: true,
  nodes: at < BANKS ? ['/dev/accel/accel0'] : [],
  unreadable: false,
});

const bufferOf = (ino: number, references: number): PictureBuffer => ({
  ino,
  size: { value: PAGE * (1 + (ino % 16)), tier: 'bufinfo' },
  exporter: { value: ino % 3 === 0 ? 'system' : 'drm', tier: 'bufinfo' },
  name: '',
  references: { value: references, tier: 'bufinfo' },
  holders: [{ pid: pidOf(ino), fds: [10 + (ino % 500)], maps: ino % 2 }],
  attachedTo: { value: [deviceOf(ino)], tier: 'bufinfo' },
  mappings: [{ mapping: `m${ino}`, how: 'only-candidate' }],
});

const mappingOf = (ino: number): PictureMapping => ({
  id: `m${ino}`,
  device: deviceOf(ino),
  pid: pidOf(ino),
  comm: `holder-${ino % PROCESSES}`,
  kind: ino % 3 === 0 ? 'map-sg' : 'alloc',
  sinceNs: ino * 1000,
  size: PAGE * (1 + (ino % 16)),
  entries: [{ dmaAddr: iovaOf(ino), length: PAGE * (1 + (ino % 16)), phys: 0x8000_0000n + iovaOf(ino) }],
  totalEntries: 1,
  truncated: false,
  contiguous: true,
});

const tiers: readonly TierStatus[] = (['self', 'proc', 'bufinfo', 'dma'] as const).map((tier) => ({
  tier,
  available: true,
  reason: '',
  source: tier,
  lostEvents: 0,
  sinceNs: tier === 'dma' ? 0 : null,
}));

/** So many buffers of 200 processes in 12 banks, step by step. The same steps come out for the same size. */
export class SyntheticBoard {
  readonly #inos: number[];
  #next: number;
  #seq = 0;

  constructor(buffers: number) {
    this.#inos = Array.from({ length: buffers }, (_, at) => FIRST_INO + at);
    this.#next = FIRST_INO + buffers;
  }

  reset(hostMs: number): MemoryDelta {
    return {
      ...this.#step(hostMs, true),
      processes: { set: Array.from({ length: PROCESSES }, (_, at) => processOf(at)), gone: [] },
      buffers: { set: this.#inos.map((ino) => bufferOf(ino, 2)), gone: [] },
      mappings: { set: this.#inos.map(mappingOf), gone: [] },
      banks: { set: this.#banks(), gone: [] },
      tiers,
      self: [],
      dsp: [],
      findings: [],
    };
  }

  next(hostMs: number): MemoryDelta {
    const step = this.#step(hostMs, false);
    const every = Math.max(1, Math.round(1 / CHANGED));
    const changed = this.#inos.filter((_, at) => (at + this.#seq) % every === 0);
    const replaced = this.#replace(Math.max(1, Math.round(this.#inos.length * REPLACED)));
    return {
      ...step,
      buffers: {
        set: [
          ...changed.map((ino) => bufferOf(ino, 2 + (this.#seq % 3))),
          ...replaced.come.map((ino) => bufferOf(ino, 2)),
        ],
        gone: replaced.gone,
      },
      mappings: { set: replaced.come.map(mappingOf), gone: replaced.gone.map((ino) => `m${ino}`) },
      banks: { set: this.#banks(), gone: [] },
    };
  }

  #step(hostMs: number, reset: boolean): MemoryDelta {
    this.#seq += 1;
    const nothing = { processes: null, buffers: null, mappings: null, banks: null };
    return {
      ...{ seq: this.#seq, reset, takenNs: this.#seq * 1e8, hostMs },
      ...{ ...nothing, tiers: null, self: null, dsp: null, findings: null },
    };
  }

  #replace(count: number): { readonly gone: number[]; readonly come: number[] } {
    const gone = this.#inos.splice(0, count);
    const come = gone.map(() => this.#next++);
    this.#inos.push(...come);
    return { gone, come };
  }

  #banks(): PictureBank[] {
    const of = new Map<string, number[]>();
    for (const ino of this.#inos) {
      const device = deviceOf(ino);
      const list = of.get(device);
      if (list) list.push(ino);
      else of.set(device, [ino]);
    }
    return [...of].map(([device, inos]) => ({
      device,
      dsp: 'cdsp',
      sid: Number(device.split('-').at(-1)),
      users: { value: [...new Set(inos.map(pidOf))], tier: 'dma' },
      mappedBytes: { value: inos.reduce((sum, ino) => sum + PAGE * (1 + (ino % 16)), 0), tier: 'dma' },
      mappings: [],
    }));
  }
}
