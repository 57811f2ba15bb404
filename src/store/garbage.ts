import { getHeapSpaceStatistics, setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/*
 * The octets of a Buffer lie outside the heap, and V8 lets more than 30 MB of them wait that nobody refers to any more. A stream of payloads
 * makes new Buffers for every 64 KiB and fills that at once, so it says itself when it is time: collecting the young ones takes well under
 * a millisecond then, for nearly nothing of them is alive. But not soon after V8 has collected them for a reason of its own: what lives
 * through two collections is old, and then its octets wait for a great one.
 */

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as (options: { readonly type: 'minor' }) => void;

/** Octets of payloads between two collections. */
const EVERY = 4 * 1024 * 1024;
/** Octets of a payload that make it a stream: what is smaller comes with so much else that V8 collects often enough by itself. */
const SMALL = 1024 * 1024;
/** Octets since the last collection, which are counted anew when V8 made one by itself: the young heap is smaller then than it was. */
let since = 0;
let used = 0;

const young = (): number =>
  getHeapSpaceStatistics().find(({ space_name }) => space_name === 'new_space')?.space_used_size ?? 0;

/** So many octets of a payload have passed through this process, `before` of which others of it had. */
export function passed(octets: number, before: number): void {
  if (before < SMALL) return;
  const last = used;
  used = young();
  since = used < last ? 0 : since + octets;
  if (since < EVERY) return;
  since = 0;
  collect({ type: 'minor' });
}
