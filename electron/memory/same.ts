// Whether two rows of a picture say the same. Field by field, the cheap and the likely ones first: ten thousand rows are
// compared several times a second.
import type {
  DspSession,
  Finding,
  Holder,
  Maybe,
  MemoryFact,
  PictureBank,
  PictureBuffer,
  PictureMapping,
  PictureProcess,
  SgEntry,
  TierStatus,
} from '../model/memory.ts';

type Same<T> = (a: T, b: T) => boolean;

/** Lists of the same length whose elements are the same in their order. */
export function sameList<T>(a: readonly T[], b: readonly T[], same: Same<T>): boolean {
  if (a === b) return true;
  if (a.length !== b.length) return false;
  for (let at = 0; at < a.length; at += 1) if (!same(a[at] as T, b[at] as T)) return false;
  return true;
}

const equal = (a: unknown, b: unknown): boolean => a === b;

function sameMaybe<T extends string | number>(a: Maybe<T>, b: Maybe<T>): boolean {
  if (a === b) return true;
  return a.value === b.value && why(a) === why(b);
}

function sameListMaybe<T>(a: Maybe<readonly T[]>, b: Maybe<readonly T[]>): boolean {
  if (a === b) return true;
  if (a.value === null || b.value === null) return a.value === b.value && why(a) === why(b);
  return why(a) === why(b) && sameList<unknown>(a.value, b.value, equal);
}

/** The tier of a value that is known, the reason of one that is not. */
const why = (one: Maybe<unknown>): string => ('tier' in one ? one.tier : one.why);

export const sameProcess: Same<PictureProcess> = (a, b) =>
  a === b ||
  (a.pid === b.pid &&
    a.alive === b.alive &&
    a.unreadable === b.unreadable &&
    sameMaybe(a.comm, b.comm) &&
    sameList<unknown>(a.nodes, b.nodes, equal));

const sameHolder: Same<Holder> = (a, b) =>
  a === b || (a.pid === b.pid && a.maps === b.maps && sameList<unknown>(a.fds, b.fds, equal));

const sameLink: Same<PictureBuffer['mappings'][number]> = (a, b) =>
  a === b || (a.mapping === b.mapping && a.how === b.how);

export const sameBuffer: Same<PictureBuffer> = (a, b) =>
  a === b ||
  (a.ino === b.ino &&
    sameMaybe(a.size, b.size) &&
    sameMaybe(a.references, b.references) &&
    a.name === b.name &&
    sameList(a.holders, b.holders, sameHolder) &&
    sameListMaybe(a.attachedTo, b.attachedTo) &&
    sameMaybe(a.exporter, b.exporter) &&
    sameList(a.mappings, b.mappings, sameLink));

const sameEntry: Same<SgEntry> = (a, b) =>
  a === b || (a.length === b.length && a.dmaAddr === b.dmaAddr && a.phys === b.phys);

/** A standing mapping is one object as long as it stands; others are compared where a picture was made anew. */
export const sameMapping: Same<PictureMapping> = (a, b) =>
  a === b ||
  (a.id === b.id &&
    a.sinceNs === b.sinceNs &&
    a.pid === b.pid &&
    a.size === b.size &&
    a.device === b.device &&
    a.comm === b.comm &&
    a.kind === b.kind &&
    a.totalEntries === b.totalEntries &&
    a.truncated === b.truncated &&
    a.contiguous === b.contiguous &&
    sameList(a.entries, b.entries, sameEntry));

export const sameBank: Same<PictureBank> = (a, b) =>
  a === b ||
  (a.device === b.device &&
    a.dsp === b.dsp &&
    a.sid === b.sid &&
    sameMaybe(a.mappedBytes, b.mappedBytes) &&
    sameListMaybe(a.users, b.users) &&
    sameList<unknown>(a.mappings, b.mappings, equal));

/** Rows whose fields are all plain values. */
function sameFields(a: object, b: object): boolean {
  const left = Object.entries(a);
  const right = b as Record<string, unknown>;
  return (
    left.length === Object.keys(b).length &&
    left.every(([key, value]) => {
      const other = right[key];
      if (Array.isArray(value) && Array.isArray(other))
        return sameList<unknown>(value, other, (x, y) =>
          typeof x === 'object' && x !== null && typeof y === 'object' && y !== null
            ? sameFields(x, y)
            : x === y,
        );
      return value === other;
    })
  );
}

export const sameTier: Same<TierStatus> = sameFields;
export const sameSelf: Same<Extract<MemoryFact, { kind: 'self' }>> = (a, b) =>
  a === b || (a.handle === b.handle && sameFields(a, b));
export const sameDsp: Same<DspSession> = sameFields;
export const sameFinding: Same<Finding> = (a, b) =>
  a === b ||
  (a.id === b.id &&
    a.severity === b.severity &&
    a.text === b.text &&
    a.remedy === b.remedy &&
    a.sinceNs === b.sinceNs &&
    sameList<unknown>(a.evidence, b.evidence, equal));
