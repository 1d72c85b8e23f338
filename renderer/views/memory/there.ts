import type { LivePicture } from '../../../electron/memory/live-picture.ts';
import type { Selection } from '../../state/memory.svelte.ts';

/** Whether what is selected is in the picture: what is gone leaves the rest as bright as it is. */
export function isThere({ kind, key }: Selection, shown: LivePicture): boolean {
  if (kind === 'mapping') return shown.mappings.has(key);
  if (kind === 'buffer') return shown.buffers.has(Number(key));
  return kind !== 'finding' || shown.findings.some(({ id }) => id === key);
}
