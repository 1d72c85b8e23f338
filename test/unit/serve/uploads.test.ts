import { rmSync } from 'node:fs';
import { dirname } from 'node:path';
import { Readable } from 'node:stream';
import { expect, test } from 'vitest';
import { Uploads } from '../../../electron/serve/uploads.ts';

test('a folder of uploads that was tidied away is made again', async () => {
  const uploads = new Uploads();
  const take = () => uploads.take(Readable.from([Buffer.from('x')]), 1);
  const first = await take();
  const path = first.ok ? uploads.pathOf(first.value) : undefined;
  rmSync(dirname(path ?? ''), { recursive: true });
  expect(await take()).toMatchObject({ ok: false, problem: { code: 'upload-broken' } });
  expect(await take()).toMatchObject({ ok: true });
  await uploads.close();
});
