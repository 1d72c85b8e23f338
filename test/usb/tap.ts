/** What a check found out beside that it holds: a remark for whoever reads the log. */
type Remark = string | undefined | void;

/** Writes the Test Anything Protocol: a line for each check, and the plan at the end, so that a run which was cut off is known as one. */
export class Tap {
  #count = 0;
  #failed = 0;

  /** One check: it holds where its body comes to its end. */
  async check(name: string, body: () => Promise<Remark> | Remark): Promise<boolean> {
    const started = performance.now();
    try {
      const remark = await body();
      this.#point(true, name);
      this.#say(
        `${((performance.now() - started) / 1000).toFixed(1)} s${remark === undefined ? '' : `; ${remark}`}`,
      );
      return true;
    } catch (error) {
      this.#point(false, name);
      this.#say(error instanceof Error ? (error.stack ?? error.message) : String(error));
      return false;
    }
  }

  /** A check that gives what others need; null: it does not hold. */
  async make<T>(name: string, body: () => Promise<T>): Promise<T | null> {
    let made: T | null = null;
    await this.check(name, async () => {
      made = await body();
    });
    return made;
  }

  skip(name: string, why: string): void {
    this.#point(true, `${name} # SKIP ${why}`);
  }

  /** Exit code of the whole. */
  end(): number {
    console.log(`1..${this.#count}`);
    return this.#failed === 0 ? 0 : 1;
  }

  #point(holds: boolean, text: string): void {
    this.#count += 1;
    if (!holds) this.#failed += 1;
    console.log(`${holds ? 'ok' : 'not ok'} ${this.#count} - ${text}`);
  }

  #say(text: string): void {
    console.log(text.replace(/^/gm, '# '));
  }
}
