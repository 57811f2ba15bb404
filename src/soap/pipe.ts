/** Octets on their way from a writer that cannot wait to a reader that is slower. */
export class Pipe implements AsyncIterable<Uint8Array> {
  private readonly chunks: Uint8Array[] = [];
  private ended = false;
  private broken: Error | undefined;
  private wake: (() => void) | undefined;
  private idle: (() => void) | undefined;
  private waiting = false;

  push(chunk: Uint8Array): void {
    this.chunks.push(chunk);
    this.waiting = false;
    this.wake?.();
  }

  /** No more octets; with an error, the reader is told that what it has is not whole. */
  end(broken?: Error): void {
    this.ended = true;
    this.broken = broken;
    this.wake?.();
  }

  /** Resolves when the reader has taken everything and asks for more. */
  drained(): Promise<void> {
    return this.waiting || this.ended ? Promise.resolve() : new Promise((resolve) => (this.idle = resolve));
  }

  async *[Symbol.asyncIterator](): AsyncIterator<Uint8Array> {
    for (;;) {
      if (this.broken !== undefined) throw this.broken;
      const chunk = this.chunks.shift();
      if (chunk !== undefined) {
        yield chunk;
        continue;
      }
      if (this.ended) return;
      this.waiting = true;
      this.idle?.();
      await new Promise<void>((resolve) => (this.wake = resolve));
    }
  }
}
