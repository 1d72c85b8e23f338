import type { AppState } from '../../state/app.svelte.ts';
import { recall, remember } from '../../state/remembered.ts';
import type { Command } from '../../app/commands.svelte.ts';

export const PICTURES = ['table', 'map', 'graph', 'compare'] as const;
export type PictureName = (typeof PICTURES)[number];
export const PICTURE_TITLES: Readonly<Record<PictureName, string>> = {
  table: 'Table',
  map: 'Map',
  graph: 'Graph',
  compare: 'Compare',
};
const PICTURE_KEYS: Readonly<Record<PictureName, string>> = {
  table: 'Alt+1',
  map: 'Alt+2',
  graph: 'Alt+3',
  compare: 'Alt+4',
};

export type Panel = 'findings' | 'details';

/** Pixels of the view from which on the table stands beside another picture. */
export const WIDE = 1500;

const isPicture = (value: unknown): value is PictureName => PICTURES.includes(value as PictureName);
const isFlag = (value: unknown): value is boolean => typeof value === 'boolean';

/** Which pictures of the memory are shown where. Remembered. */
export class MemoryLayout {
  /** Measured. */
  width = $state(0);
  #narrow = $state<PictureName>(recall('memory.picture', 'table', isPicture));
  #beside = $state<PictureName>(recall('memory.beside', 'graph', isPicture));
  inspector = $state(recall('memory.inspector', innerWidth >= 1600, isFlag));
  panel = $state<Panel>('findings');

  /** Table and another picture side by side. */
  wide = $derived(this.width >= WIDE);
  /** The one picture, or the one beside the table. */
  picture = $derived<PictureName>(
    this.wide && this.#beside !== 'table' ? this.#beside : this.wide ? 'graph' : this.#narrow,
  );
  tabs = $derived(
    PICTURES.filter((name) => !this.wide || name !== 'table').map((id) => ({
      id,
      label: PICTURE_TITLES[id],
    })),
  );

  show(picture: PictureName): void {
    if (this.wide) {
      if (picture === 'table') return;
      this.#beside = picture;
      remember('memory.beside', picture);
    } else {
      this.#narrow = picture;
      remember('memory.picture', picture);
    }
  }

  toggleInspector(open = !this.inspector): void {
    this.inspector = open;
    remember('memory.inspector', open);
  }
}

/** What the memory view adds to the palette while it is shown. */
export const memoryCommands = ({ memory }: AppState, layout: MemoryLayout): Command[] => [
  ...PICTURES.map((name) => ({
    id: `memory.${name}`,
    title:
      name === 'compare' ? 'Compare two moments' : `Show memory as ${PICTURE_TITLES[name].toLowerCase()}`,
    group: 'Memory',
    keys: PICTURE_KEYS[name],
    run: () => {
      layout.show(name);
    },
  })),
  {
    id: 'memory.pause',
    title: 'Pause the picture, or go on',
    group: 'Memory',
    keys: 'Space',
    enabled: () => !memory.recorded,
    run: () => {
      if (memory.paused) memory.resume();
      else memory.pause();
    },
  },
  {
    id: 'memory.inspector',
    title: 'Show or hide findings and details',
    group: 'Memory',
    keys: 'I',
    run: () => {
      layout.toggleInspector();
    },
  },
  {
    id: 'memory.deselect',
    title: 'Select nothing',
    group: 'Memory',
    keys: 'Escape',
    enabled: () => memory.selection !== null,
    run: () => {
      memory.select(null);
      layout.panel = 'findings';
    },
  },
  ...([0, 1] as const).map((at) => ({
    id: `memory.pin${at === 0 ? 'A' : 'B'}`,
    title: `Pin this moment as ${at === 0 ? 'A' : 'B'}`,
    group: 'Memory',
    run: () => {
      memory.pin(at);
    },
  })),
];
