/** The parts of a keyboard event that say which keys it is. */
export interface KeyPress {
  readonly key: string;
  readonly ctrlKey: boolean;
  readonly metaKey: boolean;
  readonly altKey: boolean;
  readonly shiftKey: boolean;
}

/** Keys as commands name them: 'Mod+K', 'Mod+1', 'Space', '/', '?', 'Shift+ArrowLeft', 'T'. Mod is Cmd on macOS, Ctrl elsewhere. */
export function keysOf(press: KeyPress, mac: boolean): string {
  const { key } = press;
  const letter = /^[a-z]$/i.test(key);
  const name = key === ' ' ? 'Space' : letter ? key.toUpperCase() : key;
  const parts = [
    (mac ? press.metaKey : press.ctrlKey) && 'Mod',
    (mac ? press.ctrlKey : press.metaKey) && (mac ? 'Ctrl' : 'Meta'),
    press.altKey && 'Alt',
    // Of other characters the shifted one is another character.
    press.shiftKey && (letter || name.length > 1) && 'Shift',
  ];
  return [...parts.filter((part) => part !== false), name].join('+');
}

/** Keys as people read them on this machine: '⌘K', 'Ctrl+K'. */
export const keysText = (keys: string, mac: boolean): string =>
  (mac ? keys.replace('Mod+', '⌘').replace('Shift+', '⇧') : keys.replace('Mod', 'Ctrl'))
    .replace('Escape', 'Esc')
    .replace('Delete', 'Del')
    .replace(/Arrow(Left|Right|Up|Down)/, '$1');

export const isMac = (): boolean => /^Mac/.test(navigator.platform);

/** Whether the keys go to where the user types, or to a control that takes them itself. */
export function isTaken(target: EventTarget | null, keys: string): boolean {
  if (!(target instanceof Element) || keys.startsWith('Mod+')) return false;
  if (
    target.closest('input:not([type=checkbox], [type=radio]), textarea, select, [contenteditable]') !== null
  )
    return true;
  const pressed = keys === 'Space' || keys === 'Enter';
  return pressed && target.closest('button, a, summary, input, [role=button], [role=option]') !== null;
}
