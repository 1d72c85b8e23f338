// Loaded into a host before anything else (NODE_OPTIONS=--import=...): with SIGUSR2 its clock of the day goes back by two hours.
let backMs = 0;
const Whole = Date;

class SetBack extends Whole {
  constructor(...parts: readonly unknown[]) {
    if (parts.length === 0) super(Whole.now() - backMs);
    else super(...(parts as [number]));
  }

  static override now(): number {
    return Whole.now() - backMs;
  }
}

globalThis.Date = SetBack as DateConstructor;
process.on('SIGUSR2', () => {
  backMs = 2 * 3600 * 1000;
});
