import { once } from 'node:events';
import { request } from 'node:http';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect } from 'chai';
import { brev, dokument, konvolutt, versjon } from '../contract/svarut/letters.js';
import type { Payloads } from '../../src/domain/shipmentPorts.js';
import { memoryPayloads } from '../support/memoryPayloads.js';
import { include, message } from '../support/partsMessage.js';
import { basic, startSvarUt } from '../support/svarutServer.js';

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

const MB = 1024 * 1024;
const size = 30 * MB;
const MARK = 'QUJD';

/** What the process holds and somebody refers to: `Buffer`s lie outside the heap. */
function held(): number {
  collectGarbage();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

/** A store that looks at each piece and keeps none, and the most that the process held meanwhile. */
function passing() {
  const seen = { octets: 0, most: 0 };
  const payloads: Payloads = {
    ...memoryPayloads(),
    put: async (octets) => {
      let [size, next] = [0, 0];
      for await (const chunk of octets) {
        size += chunk.length;
        await new Promise(setImmediate);
        if (size < next) continue;
        next += 3 * MB;
        seen.most = Math.max(seen.most, held());
      }
      seen.octets += size;
      return { ref: 'ref', size, sha256: '' };
    },
  };
  return { seen, payloads };
}

/** Posts `head`, `piece` so many times, and `tail`, no faster than they are taken. */
async function stream(
  url: string,
  type: string,
  [head, piece, times, tail]: readonly [string, Buffer, number, string],
) {
  const req = request(url, { method: 'POST', headers: { 'Content-Type': type, Authorization: basic() } });
  const answered = once(req, 'response') as Promise<[{ statusCode?: number; resume: () => void }]>;
  req.write(head);
  for (let i = 0; i < times; i++) if (!req.write(piece)) await once(req, 'drain');
  req.end(tail);
  const [response] = await answered;
  response.resume();
  return response.statusCode;
}

describe('http/svarut, a large letter', function () {
  this.timeout(60_000);
  const v9 = versjon(9);
  const envelope = konvolutt(v9, 'sendForsendelse', {
    forsendelse: brev(v9, { dokumenter: dokument({ data: MARK }) }),
  });
  const [before = '', after = ''] = envelope.split(MARK);
  const parts = message(`${before}${include('cid:doc')}${after}`, '1.1', [
    { contentId: 'doc', content: Buffer.from(MARK) },
  ]);
  const [head = '', tail = ''] = String(parts.body).split(MARK);
  const chunk = Buffer.alloc(48 * 1024, 'x');
  const times = size / chunk.length;

  for (const [what, type, pieces] of [
    ['inline', 'text/xml', [before, Buffer.from(chunk.toString('base64')), times, after]],
    ['by MTOM', parts.contentType, [head, chunk, times, tail]],
  ] as const) {
    it(`passes through, ${what}, and memory holds a piece of it`, async () => {
      const { seen, payloads } = passing();
      const server = await startSvarUt(payloads);
      try {
        const begin = held();
        expect(await stream(server.urlOf(9), type, pieces)).to.equal(200);
        expect(seen.octets).to.equal(size);
        expect((seen.most - begin) / MB).to.be.below(20);
      } finally {
        await server.edge.close(100);
      }
    });
  }
});
