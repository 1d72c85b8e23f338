/**
 * Flow control of a message port, which has none: the other end says how many messages it has handed on, and what is still on its
 * way is counted. More than the limit is congestion.
 */
export class Credit {
  private readonly limit: number;
  private readonly waiting: number[] = [];
  private size = 0;

  /** `limit`: characters that may be on their way. */
  constructor(limit: number) {
    this.limit = limit;
  }

  sent(characters: number): void {
    this.waiting.push(characters);
    this.size += characters;
  }

  /** The other end has handed on so many more messages. True where this ends a congestion. */
  handedOn(messages: number): boolean {
    const was = this.congested;
    for (const characters of this.waiting.splice(0, messages)) this.size -= characters;
    return was && !this.congested;
  }

  get congested(): boolean {
    return this.size > this.limit;
  }
}
