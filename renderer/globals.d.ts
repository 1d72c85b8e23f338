import type { Bridge } from '../electron/contract/shell.ts';

declare global {
  interface Window {
    /** Put there by the preload of the app; not there in a browser. */
    readonly qdaLab?: Bridge;
  }
}
