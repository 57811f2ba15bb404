import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { IncomingMessage, ServerResponse } from 'node:http';

/*
 * Points between a caller and the use cases: half of a request has come in, half of an answer has gone out. They are seen at Node's own server,
 * so that nothing in the gateway knows of them.
 */

const CHANNEL = 'http.server.request.start';

type HttpPoint = 'request.halfway' | 'answer.halfway';

interface Started {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
}

/** Octets from which on a request is worth half: less comes in one piece. */
const WORTH = 100_000;

/** Calls `half` once when at least half of the body has come, and not all of it. */
function watchRequest(request: IncomingMessage, half: () => void): void {
  const size = Number(request.headers['content-length'] ?? 0);
  if (size < WORTH) return;
  let [come, done] = [0, false];
  const push = request.push.bind(request);
  request.push = (chunk: Buffer | null, ...rest) => {
    come += chunk?.length ?? 0;
    const more = push(chunk, ...rest);
    if (!done && come >= size / 2 && come < size) {
      done = true;
      half();
    }
    return more;
  };
}

/** Calls `half` when half of a good answer has been given to the system, and sends the rest after that. */
function watchAnswer(response: ServerResponse, half: () => void): void {
  const end = response.end.bind(response) as (body?: string | Buffer) => ServerResponse;
  response.end = ((body?: string | Buffer) => {
    const octets = body === undefined ? Buffer.alloc(0) : Buffer.from(body);
    if (response.statusCode !== 200 || octets.length < 2) return end(body);
    const middle = Math.floor(octets.length / 2);
    response.write(octets.subarray(0, middle), () => {
      half();
      end(octets.subarray(middle));
    });
    return response;
  }) as ServerResponse['end'];
}

/** Watches every server of this process. @returns the function that ends it */
export function watchHttp(reach: (point: HttpPoint) => void): () => void {
  const watch = (message: unknown): void => {
    const { request, response } = message as Started;
    if (request.method !== 'POST') return;
    watchRequest(request, () => reach('request.halfway'));
    watchAnswer(response, () => reach('answer.halfway'));
  };
  subscribe(CHANNEL, watch);
  return () => void unsubscribe(CHANNEL, watch);
}
