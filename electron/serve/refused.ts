import type { Refusal } from './guard.ts';

/** Between two lines of the log, so that a page that tries in a loop does not fill it. */
const QUIET_MS = 5000;

/** Counts who was not let in, and says so: each at once at first, then together. */
export class Refused {
  private readonly say: (text: string) => void;
  private total = 0;
  private unsaid = 0;
  private quiet: NodeJS.Timeout | null = null;

  constructor(say: (text: string) => void) {
    this.say = say;
  }

  get count(): number {
    return this.total;
  }

  add(what: string, { status, why }: Refusal): void {
    this.total += 1;
    if (this.quiet) {
      this.unsaid += 1;
      return;
    }
    this.say(`Refused (${status}): ${what}: ${why}.`);
    this.quiet = setTimeout(() => {
      this.loud();
    }, QUIET_MS).unref();
  }

  close(): void {
    if (this.quiet) clearTimeout(this.quiet);
    this.loud();
  }

  private loud(): void {
    this.quiet = null;
    if (this.unsaid > 0) this.say(`Refused ${this.unsaid} more; ${this.total} so far.`);
    this.unsaid = 0;
  }
}
