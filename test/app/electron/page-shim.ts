/**
 * The page's end of the stand-in, run in every page before its own scripts: `require('electron')` for the preload, over two
 * functions that the main side gave to the page. A string, because it runs in the page.
 */
export const pageShim = (preload: string): string => `
if (window === window.top) (() => {
  const listeners = new Map();
  const ports = new Map();
  const emit = (channel, event, args) => { for (const one of listeners.get(channel) ?? []) one(event, ...args); };
  const portOf = (id) => {
    const port = {
      onmessage: null,
      postMessage: (data) => void window.__standInPort(id, 'data', data),
      close: () => { ports.delete(id); void window.__standInPort(id, 'close', null); },
    };
    ports.set(id, port);
    return port;
  };
  window.__standInDeliver = (channel, args, ids) => emit(channel, { ports: ids.map(portOf) }, args);
  window.__standInPortData = (id, data) => ports.get(id)?.onmessage?.({ data });
  const electron = {
    contextBridge: { exposeInMainWorld: (name, api) => Object.defineProperty(window, name, { value: Object.freeze(api) }) },
    ipcRenderer: {
      on: (channel, fn) => { listeners.set(channel, [...(listeners.get(channel) ?? []), fn]); },
      send: (channel, ...args) => void window.__standInIpc('send', channel, args),
      invoke: (channel, ...args) => window.__standInIpc('invoke', channel, args),
    },
    webUtils: { getPathForFile: (file) => file.__path ?? '' },
  };
  const require = (name) => { if (name !== 'electron') throw new Error('a preload in the sandbox has no ' + name); return electron; };
  const module = { exports: {} };
  (function (require, module, exports) { ${preload}
  })(require, module, module.exports);
})();`;
