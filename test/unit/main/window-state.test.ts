import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { fitted, readState, SMALLEST, writeState } from '../../../electron/main/window-state.ts';

const SCREEN = { x: 0, y: 0, width: 1920, height: 1080 };
const folder = (): string => mkdtempSync(join(tmpdir(), 'qda-window-'));

describe('the state of a window', () => {
  it('comes back as it was remembered', () => {
    const file = join(folder(), 'deep/window.json');
    const state = { bounds: { x: 10, y: 20, width: 1000, height: 700 }, maximized: true };
    writeState(file, state);
    expect(readState(file)).toEqual(state);
  });

  it.each([
    ['is missing', null],
    ['is no JSON', '{'],
    ['has a text for a number', '{"bounds":{"x":"1","y":0,"width":1,"height":1},"maximized":false}'],
    ['has a fraction', '{"bounds":{"x":0.5,"y":0,"width":1,"height":1},"maximized":false}'],
    ['is a list', '[]'],
  ])('whose file %s is that of the first start', (_what, text) => {
    const file = join(folder(), 'window.json');
    if (text !== null) writeFileSync(file, text);
    expect(readState(file)).toEqual({ bounds: null, maximized: false });
  });

  it('that cannot be remembered is said and harms nothing', () => {
    const said = vi.spyOn(console, 'warn').mockImplementation(() => undefined);
    const file = join(folder(), 'file');
    writeFileSync(file, 'a file, not a folder');
    writeState(join(file, 'window.json'), { bounds: null, maximized: false });
    expect(said).toHaveBeenCalledOnce();
    expect(readFileSync(file, 'utf8')).toBe('a file, not a folder');
  });
});

describe('the place of a window', () => {
  it('stays where a screen shows it', () => {
    const bounds = { x: 100, y: 100, width: 1200, height: 800 };
    expect(fitted(bounds, [SCREEN])).toEqual(bounds);
  });

  it('on a screen that is gone is forgotten', () => {
    expect(fitted({ x: 2000, y: 0, width: 1200, height: 800 }, [SCREEN])).toBeNull();
    expect(fitted({ x: 0, y: 1070, width: 1200, height: 800 }, [SCREEN])).toBeNull();
    expect(fitted({ x: 0, y: -30, width: 1200, height: 800 }, [SCREEN])).toBeNull();
    expect(fitted({ x: 2000, y: 0, width: 1200, height: 800 }, [])).toBeNull();
  });

  it('is never smaller than the smallest', () => {
    expect(fitted({ x: 0, y: 0, width: 10, height: 10 }, [SCREEN])).toMatchObject(SMALLEST);
  });
});
