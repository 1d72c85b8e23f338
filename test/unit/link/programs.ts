import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Shell scripts that stand in for native programs. */
export class Programs {
  readonly folder = mkdtempSync(join(tmpdir(), 'qda-lab-test-'));
  #count = 0;

  add(script: string, path = `program-${(this.#count += 1)}`): string {
    const full = join(this.folder, path);
    writeFileSync(full, `#!/bin/sh\n${script}\n`);
    chmodSync(full, 0o755);
    return full;
  }

  remove(): void {
    rmSync(this.folder, { recursive: true });
  }
}

/** A process that runs; one that has ended and was not yet waited for does not. */
export function isAlive(pid: number): boolean {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return !/^\s[ZX]/.test(stat.slice(stat.lastIndexOf(')') + 1));
  } catch {
    return false;
  }
}
