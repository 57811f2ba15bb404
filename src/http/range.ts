/** A part of some content: the first octet and the one after the last. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

/**
 * Reads a Range header for content of `size` octets (RFC 9110 section 14): one range of octets. Undefined: the whole, also for what is not
 * understood. `unsatisfiable`: nothing of the range is there.
 */
export function readRange(header: string | undefined, size: number): Span | undefined | 'unsatisfiable' {
  const match = /^bytes=(\d{0,15})-(\d{0,15})$/.exec(header ?? '');
  const [, first = '', last = ''] = match ?? [];
  if (match === null || (first === '' && last === '')) return undefined;
  if (first === '') {
    const wanted = Math.min(Number(last), size);
    return wanted === 0 ? 'unsatisfiable' : { from: size - wanted, to: size };
  }
  const from = Number(first);
  const to = last === '' ? size : Math.min(Number(last) + 1, size);
  if (last !== '' && Number(last) < from) return undefined;
  return from >= size ? 'unsatisfiable' : { from, to };
}

/** The octets of a span. Reads no further than its end. */
export async function* cut(octets: AsyncIterable<Uint8Array>, { from, to }: Span): AsyncGenerator<Uint8Array> {
  let at = 0;
  for await (const chunk of octets) {
    const [start, end] = [Math.max(from - at, 0), Math.min(to - at, chunk.length)];
    if (start < end) yield chunk.subarray(start, end);
    at += chunk.length;
    if (at >= to) return;
  }
}
