import { bankOf } from '../../../../electron/memory/banks.ts';
import { largestPiece } from '../../../../electron/memory/row-values.ts';
import type { Scene } from '../../../../electron/memory/rows.ts';
import { formatBytes, formatDmaAddress } from '../../../../electron/model/format.ts';
import type { PictureBuffer, PictureMapping } from '../../../../electron/model/memory.ts';
import { ageText, bankText, boardClock, processText } from '../words.ts';
import type { Field } from './fields.ts';

const told = (label: string, text: string, exact = text, mono = false): Field => ({
  label,
  text,
  exact,
  tier: 'dma',
  why: '',
  none: false,
  mono,
});

/** What the trace events say of a mapping. */
export function fieldsOfMapping(mapping: PictureMapping, scene: Scene): Field[] {
  const { device, pid, kind, size, entries, truncated, sinceNs } = mapping;
  const largest = largestPiece(entries);
  const at = entries[0]?.dmaAddr ?? 0n;
  const sid = BigInt(bankOf(device)?.sid ?? 0);
  return [
    told('Process', processText(scene, pid)),
    told('Context bank', `${bankText(device)}, ${device}`),
    told('Origin', kind === 'map-sg' ? 'imported' : 'native'),
    told('Size', `${formatBytes(size)} (${size} B)`, `${size} B`),
    told('DMA address', formatDmaAddress((sid << 32n) | at), `0x${at.toString(16)} in bank ${sid}`, true),
    told('SG entries', String(mapping.totalEntries)),
    told('Largest piece', `${truncated ? 'at least ' : ''}${formatBytes(largest)}`, `${largest} B`),
    told('Contiguous', mapping.contiguous ? 'yes' : 'no'),
    told('Since', `${ageText(scene.takenNs - sinceNs)} ago`, `${boardClock(sinceNs)} of the board's clock`),
  ];
}

/** Buffers of its size in its bank whose own mapping is not proven either. */
export const couldBeOf = ({ device, size, kind }: PictureMapping, { buffers }: Scene): PictureBuffer[] =>
  kind !== 'map-sg'
    ? []
    : [...buffers.values()].filter(
        (buffer) =>
          buffer.size.value === size &&
          buffer.mappings.length === 0 &&
          buffer.attachedTo.value?.includes(device) === true,
      );
