// Pictures for tests of the live memory picture.
import type {
  MemoryPicture,
  PictureBank,
  PictureBuffer,
  PictureMapping,
  PictureProcess,
} from '../../../electron/model/memory.ts';

export const processRow = (pid: number, changes: Partial<PictureProcess> = {}): PictureProcess => ({
  pid,
  comm: { value: `p${pid}`, tier: 'proc' },
  alive: true,
  nodes: ['/dev/accel/accel0'],
  unreadable: false,
  ...changes,
});

export const bufferRow = (ino: number, changes: Partial<PictureBuffer> = {}): PictureBuffer => ({
  ino,
  size: { value: 65536, tier: 'proc' },
  exporter: { value: 'system', tier: 'proc' },
  name: '',
  references: { value: 2, tier: 'bufinfo' },
  holders: [{ pid: 1, fds: [3, 4], maps: 1 }],
  attachedTo: { value: ['qda-cb-cdsp-3'], tier: 'bufinfo' },
  mappings: [],
  ...changes,
});

export const mappingRow = (id: string, changes: Partial<PictureMapping> = {}): PictureMapping => ({
  id,
  device: 'qda-cb-cdsp-3',
  pid: 1,
  comm: 'p1',
  kind: 'map-sg',
  sinceNs: 5,
  size: 4096,
  entries: [{ dmaAddr: 0x8000_0000n, length: 4096, phys: 0x1000n }],
  totalEntries: 1,
  truncated: false,
  contiguous: true,
  ...changes,
});

export const bankRow = (device: string, changes: Partial<PictureBank> = {}): PictureBank => ({
  device,
  dsp: 'cdsp',
  sid: 3,
  users: { value: [1], tier: 'dma' },
  mappedBytes: { value: 4096, tier: 'dma' },
  mappings: ['m1', 'm2'],
  ...changes,
});

export const pictureOf = (parts: Partial<MemoryPicture> = {}): MemoryPicture => ({
  takenNs: 1,
  tiers: [{ tier: 'dma', available: true, reason: '', source: 'tracefs', lostEvents: 0, sinceNs: 1 }],
  processes: [],
  buffers: [],
  banks: [],
  mappings: [],
  self: [],
  dsp: [],
  findings: [],
  ...parts,
});

/** A picture made anew, as a new snapshot makes it: no row is the same object. */
export const copyOf = (picture: MemoryPicture): MemoryPicture => structuredClone(picture);

/** With its rows by key: a live picture has them in the order in which they came. */
export const sorted = (picture: MemoryPicture): MemoryPicture => ({
  ...picture,
  processes: [...picture.processes].sort((a, b) => a.pid - b.pid),
  buffers: [...picture.buffers].sort((a, b) => a.ino - b.ino),
  mappings: [...picture.mappings].sort((a, b) => a.id.localeCompare(b.id)),
  banks: [...picture.banks]
    .sort((a, b) => a.device.localeCompare(b.device))
    .map((bank) => ({ ...bank, mappings: [...bank.mappings].sort() })),
});
