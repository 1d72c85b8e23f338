import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import * as v from 'valibot';

/** Device-independent pixels of the desktop. */
export interface Bounds {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

export interface WindowState {
  readonly bounds: Bounds | null;
  readonly maximized: boolean;
}

export const SMALLEST = { width: 960, height: 600 } as const;
export const USUAL = { width: 1440, height: 900 } as const;
const FIRST: WindowState = { bounds: null, maximized: false };

const pixels = v.pipe(v.number(), v.safeInteger());
const shape = v.object({
  bounds: v.nullable(v.object({ x: pixels, y: pixels, width: pixels, height: pixels })),
  maximized: v.boolean(),
});

/** What was remembered. A file that is missing or damaged is no state at all: the window opens as the first time. */
export function readState(file: string): WindowState {
  try {
    return v.parse(shape, JSON.parse(readFileSync(file, 'utf8')));
  } catch {
    return FIRST;
  }
}

/** Remembers; where the folder cannot be written the next start opens as the first time. */
export function writeState(file: string, state: WindowState): void {
  try {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(`${file}.new`, JSON.stringify(state));
    renameSync(`${file}.new`, file);
  } catch (error) {
    console.warn(`The window's place is not remembered: ${String(error)}`);
  }
}

/** Bounds that can be seen on one of the screens: at least a title bar's worth of the window lies on it. */
export function fitted(bounds: Bounds | null, screens: readonly Bounds[]): Bounds | null {
  if (!bounds) return null;
  const sized = {
    ...bounds,
    width: Math.max(SMALLEST.width, bounds.width),
    height: Math.max(SMALLEST.height, bounds.height),
  };
  return screens.some((screen) => reaches(sized, screen)) ? sized : null;
}

const REACH = { width: 200, height: 40 };

const reaches = (bounds: Bounds, screen: Bounds): boolean =>
  Math.min(bounds.x + bounds.width, screen.x + screen.width) - Math.max(bounds.x, screen.x) >= REACH.width &&
  bounds.y >= screen.y &&
  bounds.y + REACH.height <= screen.y + screen.height;
