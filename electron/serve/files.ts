import { createReadStream, type Stats } from 'node:fs';
import { realpath, stat } from 'node:fs/promises';
import { extname, join, sep } from 'node:path';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { pipeline } from 'node:stream/promises';

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.mjs': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.woff2': 'font/woff2',
  '.wasm': 'application/wasm',
  '.txt': 'text/plain; charset=utf-8',
};

interface Found {
  readonly path: string;
  readonly info: Stats;
  readonly type: string;
}

/** Answers GET and HEAD with a file of the built page, or 404. `folder` is the page's folder. */
export async function sendFile(
  request: IncomingMessage,
  response: ServerResponse,
  folder: string,
): Promise<void> {
  const found = await find(folder, request.url ?? '/');
  if (!found) {
    sendText(response, 404, 'There is no such file here.');
    return;
  }
  const tag = `"${found.info.size.toString(16)}-${Math.floor(found.info.mtimeMs).toString(16)}"`;
  const headers = { 'Cache-Control': 'no-cache', ETag: tag };
  if (request.headers['if-none-match'] === tag) {
    response.writeHead(304, headers).end();
    return;
  }
  response.writeHead(200, { ...headers, 'Content-Type': found.type, 'Content-Length': found.info.size });
  if (request.method === 'HEAD') response.end();
  else await pipeline(createReadStream(found.path), response).catch(() => undefined); // the reader went: nothing to tell it
}

export function sendText(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, { 'Content-Type': 'text/plain; charset=utf-8', 'Cache-Control': 'no-store' });
  response.end(`${text}\n`);
}

/** A regular file of a known type inside the folder, also after links were followed; null for everything else. */
async function find(folder: string, url: string): Promise<Found | null> {
  const name = nameOf(url);
  const type = name === null ? undefined : TYPES[extname(name)];
  if (name === null || type === undefined) return null;
  try {
    const root = await realpath(folder);
    const path = await realpath(join(root, name));
    const info = await stat(path);
    return path.startsWith(root + sep) && info.isFile() ? { path, info, type } : null;
  } catch {
    return null; // not there, or not ours to read: both are "no such file" to the page
  }
}

/** The path of the URL, decoded once; null where it is none that a file of the page can have. */
function nameOf(url: string): string | null {
  const [path = ''] = url.split(/[?#]/);
  if (path === '/') return '/index.html';
  try {
    const name = decodeURIComponent(path);
    const parts = name.split('/');
    const odd = parts.some((part) => part.startsWith('.')) || /[\0\\]/.test(name) || !name.startsWith('/');
    return odd ? null : name;
  } catch {
    return null;
  }
}
