import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Locator, Page } from 'playwright-core';
import { vi } from 'vitest';
import { at, nodeModule } from '../../build/run.ts';
import { TestLab, value } from '../board/bench-lab.ts';
import type { Face } from './faces.ts';

export const VIEWS = ['Boards', 'Memory', 'Bench', 'Runs', 'Report', 'Log', 'Recordings'] as const;
export type View = (typeof VIEWS)[number];

/** A board with processes that share buffers: one hands frames on, two import them, one leaks. */
export async function busyBoard(): Promise<TestLab> {
  const lab = await TestLab.start();
  for (const kind of ['leaker', 'producer', 'consumer'] as const)
    value(await lab.control.startWorkload({ kind }));
  return lab;
}

/** Shows a view by its keys and waits until it is there. */
export async function show(page: Page, view: View): Promise<Locator> {
  await page.keyboard.press(`Control+${VIEWS.indexOf(view) + 1}`);
  const main = page.getByRole('main', { name: view });
  await main.getByRole('heading', { level: 1, name: view }).waitFor({ state: 'attached' });
  return main;
}

/** What a test that failed saw, in .build/app-failed. */
export async function keepPicture(page: Page, name: string): Promise<void> {
  const path = at('.build/app-failed', `${name.replaceAll(/\W+/g, '-')}.png`);
  await page.screenshot({ path }).catch(() => undefined);
}

/** Puts the board in front and waits until it is connected. */
export async function choose(page: Page, board: string, state = 'ready'): Promise<void> {
  await boardsOf(page).getByText(board, { exact: true }).click();
  await page.getByRole('banner').getByText(state, { exact: true }).waitFor();
}

export const boardsOf = (page: Page): Locator => page.getByRole('navigation', { name: 'Boards' });

/** Runs a command of the palette by its title. */
export async function command(page: Page, title: string): Promise<void> {
  await page.keyboard.press('Control+K');
  const field = page.getByRole('combobox', { name: 'Find a command' });
  await field.fill(title);
  await page.getByRole('option', { name: title }).first().waitFor();
  await field.press('Enter');
  await field.waitFor({ state: 'detached' });
}

const AXE = readFileSync(nodeModule('axe-core/axe.min.js'), 'utf8');

/** What axe finds serious or critical in the page, each with its places. What is exported is looked at as a file, not here. */
export async function violations(page: Page): Promise<readonly string[]> {
  await page.evaluate(`typeof axe === 'undefined' && (0, ${JSON.stringify(AXE)}, undefined)`);
  if (!(await page.evaluate<boolean>(`typeof axe === 'object'`))) await page.evaluate(AXE);
  return await page.evaluate<readonly string[]>(`axe
    .run({ exclude: [['iframe']] }, { iframes: false, resultTypes: ['violations'] })
    .then(({ violations }) => violations
      .filter(({ impact }) => impact === 'serious' || impact === 'critical')
      .flatMap(({ id, nodes }) => nodes.map(({ target, any, all }) =>
        id + ' at ' + target.join(' ') + ': ' + [...any, ...all].map(({ message }) => message).join('; ')))
      .slice(0, 12))`);
}

/**
 * What moved in the window over so many ms without the user's doing, each with the part of the window that it cost. A row that comes
 * moves those below it, and a number that is set to the right begins elsewhere: that is less than counts.
 */
export const layoutShifts = (page: Page, ms: number): Promise<readonly string[]> =>
  page.evaluate<readonly string[]>(`new Promise((resolve) => {
    const moved = [];
    const nameOf = (node) => node?.nodeType === 3 ? '"' + node.data.slice(0, 40) + '"' : (node?.tagName ?? 'gone') + '.' + (node?.className ?? '') + ' ' + (node?.textContent ?? '').slice(0, 40);
    const seen = new PerformanceObserver((list) => {
      for (const entry of list.getEntries())
        if (!entry.hadRecentInput && entry.value > 0.001)
          moved.push(entry.value.toFixed(5) + ': ' + entry.sources.map(({ node, previousRect: a, currentRect: b }) =>
            nameOf(node) + ' ' + [a.x, a.y, a.width, a.height].map(Math.round) + ' > ' + [b.x, b.y, b.width, b.height].map(Math.round)).join('; '));
    });
    seen.observe({ type: 'layout-shift', buffered: false });
    setTimeout(() => { seen.disconnect(); resolve(moved); }, ${ms});
  })`);

export interface Stop {
  readonly what: string;
  /** Something is drawn around it, or within it where it says which part is meant. */
  readonly visible: boolean;
}

const FOCUSED = `(() => {
  const outer = document.activeElement;
  if (outer === null || outer === document.body) return null;
  const inner = outer.contentDocument?.activeElement;
  const one = inner && inner !== outer.contentDocument.body ? inner : outer;
  const drawn = (element, part) => {
    const { outlineStyle, outlineWidth, boxShadow } = getComputedStyle(element, part);
    return (outlineStyle !== 'none' && parseFloat(outlineWidth) > 0) || boxShadow !== 'none';
  };
  const active = document.getElementById(one.getAttribute('aria-activedescendant') ?? '');
  const visible = [one, one.parentElement, active].some((element) => element && (drawn(element) || drawn(element, '::after')));
  const { width, height } = one.getBoundingClientRect();
  const name = one.getAttribute('aria-label') ?? one.textContent?.trim().slice(0, 40) ?? '';
  return { what: one.tagName.toLowerCase() + ' ' + name, visible: visible && width * height > 0 };
})()`;

/** Goes through the window by Tab until it comes back to where it began, or `most` stops. */
export async function tabTour(page: Page, most = 80): Promise<readonly Stop[]> {
  const stops: Stop[] = [];
  for (let at = 0; at < most; at++) {
    await page.keyboard.press('Tab');
    const stop = await page.evaluate<Stop | null>(FOCUSED);
    if (stop === null) {
      if (stops.length > 0) break;
    } else stops.push(stop);
  }
  return stops;
}

/** Does what saves a file, and gives the file's text: a download in a browser, the dialog's answer in the app. */
export async function savedBy(face: Face, name: string, act: () => Promise<void>): Promise<string> {
  const path = join(face.home, `saved-${name}`);
  if (face.kind === 'serve') {
    const [download] = await Promise.all([face.page.waitForEvent('download'), act()]);
    await download.saveAs(path);
  } else {
    const { control } = await import('./electron/index.ts');
    control.dialogs.push(() => ({ canceled: false, filePath: path }));
    await act();
    await vi.waitUntil(() => control.dialogs.length === 0, { timeout: 90_000 });
    await face.page.getByText(`Saved ${path}`).waitFor();
  }
  return readFileSync(path, 'utf8');
}

/** Does what asks for a file, and answers with that one. */
export async function chosenBy(face: Face, path: string, act: () => Promise<void>): Promise<void> {
  if (face.kind === 'serve') {
    const [chooser] = await Promise.all([face.page.waitForEvent('filechooser'), act()]);
    await chooser.setFiles(path);
  } else {
    const { control } = await import('./electron/index.ts');
    control.dialogs.push(() => ({ canceled: false, filePaths: [path] }));
    await act();
  }
}

/** Drags a file over the window and lets it go there: its bytes in a browser, its path in the app. */
export async function dropOn(face: Face, name: string, text: string): Promise<void> {
  const path = join(face.home, name);
  writeFileSync(path, text);
  await face.page.evaluate(`(() => {
    const file = Object.assign(new File([${JSON.stringify(text)}], ${JSON.stringify(name)}), { __path: ${JSON.stringify(path)} });
    const dataTransfer = new DataTransfer();
    dataTransfer.items.add(file);
    const tell = (type) => document.querySelector('main').dispatchEvent(
      new DragEvent(type, { bubbles: true, cancelable: true, dataTransfer }));
    tell('dragenter');
    if (tell('dragover')) throw new Error('nobody takes the file: the browser would open it');
    tell('drop');
  })()`);
}
