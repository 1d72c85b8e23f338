import type { MenuItemConstructorOptions } from 'electron';
import {
  FILE_COMMANDS,
  HELP_COMMANDS,
  THEME_COMMANDS,
  VIEW_COMMANDS,
  type MenuCommand,
} from '../contract/menu.ts';

type Item = MenuItemConstructorOptions;

/** The app's menu. What a page does is sent to it by the id of its command. */
export function menuTemplate(
  platform: NodeJS.Platform,
  send: (command: string) => void,
  newWindow: () => void,
): Item[] {
  const item = ({ id, title, accelerator }: MenuCommand): Item => ({
    id,
    label: title,
    ...(accelerator === undefined ? {} : { accelerator }),
    click: () => {
      send(id);
    },
  });
  const mac = platform === 'darwin';
  const file: Item[] = [
    { id: 'file.newWindow', label: 'New Window', accelerator: 'CmdOrCtrl+Shift+N', click: newWindow },
    { type: 'separator' },
    ...FILE_COMMANDS.map(item),
    { type: 'separator' },
    mac ? { role: 'close' } : { role: 'quit' },
  ];
  const view: Item[] = [
    ...VIEW_COMMANDS.map(item),
    { type: 'separator' },
    { label: 'Theme', submenu: THEME_COMMANDS.map(item) },
    { role: 'resetZoom' },
    { role: 'zoomIn' },
    { role: 'zoomOut' },
    { role: 'togglefullscreen' },
    { type: 'separator' },
    { role: 'reload' },
    { role: 'toggleDevTools' },
  ];
  return [
    ...(mac ? [{ role: 'appMenu' } satisfies Item] : []),
    { label: 'File', submenu: file },
    { role: 'editMenu' },
    { label: 'View', submenu: view },
    { role: 'windowMenu' },
    { label: 'Help', submenu: HELP_COMMANDS.map(item) },
  ];
}
