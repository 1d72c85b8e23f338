import type { PictureBank, PictureBuffer, PictureMapping, TierStatus } from '../model/memory.ts';
import { whyNot } from './buffers.ts';

/** Context bank device of the driver: qda-cb-<dsp>-<sid>. */
const BANK = /^qda-cb-(.+)-(\d+)$/;

/** The DSP and SID that a device name says; null for a device that is no context bank. */
export function bankOf(device: string): { readonly dsp: string; readonly sid: number } | null {
  const match = BANK.exec(device);
  return match ? { dsp: match[1] ?? '', sid: Number(match[2]) } : null;
}

/** Every context bank that some tier showed in use, by DSP and SID. A bank nobody uses is in no tier and so not here. */
export function banksOf(
  buffers: readonly PictureBuffer[],
  mappings: readonly PictureMapping[],
  tiers: readonly TierStatus[],
): PictureBank[] {
  const byDevice = new Map<string, PictureMapping[]>();
  for (const buffer of buffers)
    for (const device of buffer.attachedTo.value ?? []) if (!byDevice.has(device)) byDevice.set(device, []);
  for (const mapping of mappings) {
    const list = byDevice.get(mapping.device);
    if (list) list.push(mapping);
    else byDevice.set(mapping.device, [mapping]);
  }
  const noDma = whyNot(tiers, 'dma');
  return [...byDevice]
    .flatMap(([device, list]) => bank(device, list, noDma) ?? [])
    .sort((a, b) => (a.dsp === b.dsp ? a.sid - b.sid : a.dsp < b.dsp ? -1 : 1));
}

function bank(device: string, mappings: readonly PictureMapping[], noDma: string | null): PictureBank | null {
  const name = bankOf(device);
  if (!name) return null;
  const unknown = { value: null, why: noDma ?? '' } as const;
  return {
    device,
    ...name,
    users:
      noDma === null ? { value: [...new Set(mappings.map((mapping) => mapping.pid))], tier: 'dma' } : unknown,
    mappedBytes:
      noDma === null
        ? { value: mappings.reduce((sum, mapping) => sum + mapping.size, 0), tier: 'dma' }
        : unknown,
    mappings: mappings.map((mapping) => mapping.id),
  };
}
