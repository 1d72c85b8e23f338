import type { PictureBank, PictureMapping, TierStatus } from '../model/memory.ts';
import { whyNot } from './buffers.ts';

/** Context bank device of QDA: qda-cb-<dsp>-<sid>. */
const BANK = /^qda-cb-(.+)-(\d+)$/;
/** Of FastRPC: <address>.remoteproc:...:compute-cb@<sid>. It names the remote processor, not its label. */
const COMPUTE_BANK = /^([^:]+):(?:.*:)?compute-cb@(\d+)$/;

/** The DSP and SID that a device name says; null for a device that is no context bank. */
export function bankOf(device: string): { readonly dsp: string; readonly sid: number } | null {
  const match = BANK.exec(device) ?? COMPUTE_BANK.exec(device);
  return match ? { dsp: match[1] ?? '', sid: Number(match[2]) } : null;
}

/**
 * Every context bank that some tier showed in use, by DSP and SID. A bank nobody uses is in no tier and so not here. `attached`: how
 * many dma-bufs bufinfo shows at each device.
 */
export function banksOf(
  attached: ReadonlyMap<string, number>,
  mappings: readonly PictureMapping[],
  tiers: readonly TierStatus[],
): PictureBank[] {
  const byDevice = new Map<string, PictureMapping[]>([...attached.keys()].map((device) => [device, []]));
  for (const mapping of mappings) {
    const list = byDevice.get(mapping.device);
    if (list) list.push(mapping);
    else byDevice.set(mapping.device, [mapping]);
  }
  const noDma = whyNot(tiers, 'dma');
  return [...byDevice]
    .flatMap(([device, list]) => bank(device, list, { noDma, attached: attached.get(device) ?? 0 }) ?? [])
    .sort((a, b) => (a.dsp === b.dsp ? a.sid - b.sid : a.dsp < b.dsp ? -1 : 1));
}

interface Seen {
  /** Why there is no dma tier; null where there is. */
  readonly noDma: string | null;
  readonly attached: number;
}

function bank(device: string, mappings: readonly PictureMapping[], seen: Seen): PictureBank | null {
  const name = bankOf(device);
  if (!name) return null;
  const imports = mappings.filter((mapping) => mapping.kind === 'map-sg').length;
  const before = seen.attached > imports ? unseenText(seen.attached, imports) : null;
  const whyNoUsers = seen.noDma ?? (mappings.length === 0 ? before : null);
  const whyNoBytes = seen.noDma ?? before;
  return {
    device,
    ...name,
    users:
      whyNoUsers === null
        ? { value: [...new Set(mappings.map((mapping) => mapping.pid))], tier: 'dma' }
        : { value: null, why: whyNoUsers },
    mappedBytes:
      whyNoBytes === null
        ? { value: mappings.reduce((sum, mapping) => sum + mapping.size, 0), tier: 'dma' }
        : { value: null, why: whyNoBytes },
    mappings: mappings.map((mapping) => mapping.id),
  };
}

/** An attachment that no event made is older than the trace: its user and its size in the bank are in no event. */
const unseenText = (attached: number, imports: number): string =>
  `bufinfo shows ${attached} attached, the trace events ${imports} mapped: what was mapped before the trace began is in none`;
