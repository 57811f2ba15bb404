import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import http, { type ClientRequest, type IncomingMessage, type ServerResponse } from 'node:http';
import { syncBuiltinESMExports } from 'node:module';

/*
 * Points between a caller and the use cases, and between them and a provider: half of a request has come in, and all of it; half of an answer
 * has gone out; half of a letter has been pushed. They are seen at Node's own server and client, so that nothing in the gateway knows of them.
 */

const CHANNEL = 'http.server.request.start';

type HttpPoint = 'request.halfway' | 'request.whole' | 'answer.halfway' | 'push.halfway';
type Reach = (point: HttpPoint) => void;

interface Started {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
}

/** Octets from which on a request is worth half: less comes in one piece. */
const WORTH = 100_000;

/** Tells once when at least half of the body has come and not all of it, and when all of it has and nobody has been told so. */
function watchRequest(request: IncomingMessage, reach: Reach): void {
  const size = Number(request.headers['content-length'] ?? 0);
  if (size < WORTH) return;
  let [come, done] = [0, false];
  const push = request.push.bind(request);
  request.push = (chunk: Buffer | null, ...rest) => {
    come += chunk?.length ?? 0;
    if (chunk === null && come === size) reach('request.whole');
    const more = push(chunk, ...rest);
    if (!done && come >= size / 2 && come < size) {
      done = true;
      reach('request.halfway');
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

/** Calls `half` once when at least half of what is posted has been given to the system, and not all of it; what is posted at once goes in halves. */
function watchPush(request: ClientRequest, half: () => void): void {
  const write = request.write.bind(request) as (chunk: Buffer, done: () => void) => boolean;
  const end = request.end.bind(request) as (body?: Buffer) => ClientRequest;
  let [gone, done] = [0, false];
  request.write = ((chunk: Buffer) =>
    write(chunk, () => {
      gone += chunk.length;
      const size = Number(request.getHeader('content-length') ?? 0);
      if (done || gone < size / 2 || gone >= size) return;
      done = true;
      half();
    })) as ClientRequest['write'];
  request.end = ((body?: Buffer) => {
    if (body === undefined || body.length < 2) return end(body);
    const middle = Math.ceil(body.length / 2);
    write(body.subarray(0, middle), () => {
      half();
      end(body.subarray(middle));
    });
    return request;
  }) as ClientRequest['end'];
}

/** Watches every server and client of this process. @returns the function that ends it */
export function watchHttp(reach: Reach): () => void {
  const served = (message: unknown): void => {
    const { request, response } = message as Started;
    if (request.method !== 'POST') return;
    watchRequest(request, reach);
    watchAnswer(response, () => reach('answer.halfway'));
  };
  const request = http.request;
  // Node tells of a request that is sent only when it has been written.
  const sent = (...asked: Parameters<typeof request>): ClientRequest => {
    const made = request(...asked);
    if (made.method === 'POST') watchPush(made, () => reach('push.halfway'));
    return made;
  };
  const sendBy = (send: typeof request): void => {
    http.request = send;
    syncBuiltinESMExports();
  };
  subscribe(CHANNEL, served);
  sendBy(sent as typeof request);
  return () => {
    unsubscribe(CHANNEL, served);
    sendBy(request);
  };
}
