import * as v from 'valibot';
import type { Check } from '../model/board.ts';
import type { MadeFile } from './calls.ts';
import { call } from './call.ts';
import { address, boardId } from './schemas.ts';

/** What `boards.clean` did. */
export interface CleanedFace {
  /** As a sentence. */
  readonly text: string;
}

/** A file to send along with a report of a defect. */
export interface DoctorFile {
  readonly file: MadeFile;
  /** What is in it, in words. */
  readonly holds: string;
}

const known = v.strictObject({ kind: v.picklist(['adb', 'tcp']), address });

/** What a face may ask of the ways to boards. */
export const LINK_CALLS = {
  /**
   * Checks a board: each is a `checks` push as it comes, all of them are the answer. With `agent` false nothing is put on a board that has
   * no agent of ours.
   */
  'boards.checks': call<readonly Check[]>()(
    v.strictObject({ board: boardId, agent: v.optional(v.boolean()) }),
  ),
  /** What the ways to boards say of themselves, board or none. */
  'boards.ways': call<readonly Check[]>()(v.strictObject({})),
  /** Ends every agent of this tool on the board and removes its files there. */
  'boards.clean': call<CleanedFace>()(v.strictObject({ board: boardId })),
  /** Looks for boards behind that address too, from now on; it is kept. */
  'boards.addAddress': call<{ readonly address: string }>()(known),
  'boards.removeAddress': call<undefined>()(known),
  /** Looks at everything and makes a file of it; takes some seconds a board. */
  'app.doctor': call<DoctorFile>()(v.strictObject({})),
} as const;
