import type { KeyObject } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { setTimeout as wait } from 'node:timers/promises';
import { open as openZip, type Entry, type ZipFile } from 'yauzl';
import { versjoner } from '../../src/contract/svarut/names.js';
import { SVARINN_PATH } from '../../src/http/svarinn.js';
import { developmentAccounts } from '../../src/sandbox/developmentData.js';
import { ensureDevelopmentPki } from '../../src/sandbox/pki/development.js';
import { decryptCms, type CmsRecipient } from '../../src/security/cms.js';
import { parseCertificate } from '../../src/security/x509.js';
import { cacheDir, compile } from './support/compile.js';
import { prepareData } from './support/data.js';
import { startServer, type Server } from './support/server.js';
import { base64, hashOf, inBoth, memory, noise, peakOf, postStream, type Octets } from './support/stream.js';

export interface LargeOptions {
  /** Octets of the one document, in MiB. */
  readonly mebibytes: number;
}

const PATH = versjoner.at(-1)?.path ?? '';
const NS = versjoner.at(-1)?.ns.uri ?? '';
const XOP_HEADER = 'application/xop+xml; charset=utf-8; type="application/soap+xml"';

const account = (tjeneste: 'SVARUT' | 'SVARINN'): string => {
  const found = developmentAccounts.find((a) => a.tjeneste === tjeneste);
  return `Basic ${Buffer.from(`${found?.brukernavn}:${found?.passord}`).toString('base64')}`;
};

const envelope = (receiver: string, title: string): readonly [before: string, after: string] => [
  `<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope" xmlns:n="${NS}" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">` +
    `<s:Body><n:sendForsendelse><forsendelse><tittel>${title}</tittel><kunDigitalLevering>true</kunDigitalLevering><mottaker>` +
    `<digitalAdresse xsi:type="n:organisasjonDigitalAdresse"><orgnr>${receiver}</orgnr></digitalAdresse></mottaker>` +
    '<dokumenter><filnavn>stor.bin</filnavn><mimetype>application/octet-stream</mimetype><data>',
  '</data></dokumenter></forsendelse></n:sendForsendelse></s:Body></s:Envelope>',
];

async function* inline(receiver: string, mebibytes: number): AsyncGenerator<string | Buffer> {
  const [before, after] = envelope(receiver, 'Inline');
  yield before;
  yield* base64(noise(mebibytes));
  yield after;
}

async function* mtom(receiver: string, mebibytes: number): AsyncGenerator<string | Buffer> {
  const [before, after] = envelope(receiver, 'MTOM');
  const include = '<i:Include xmlns:i="http://www.w3.org/2004/08/xop/include" href="cid:stor"/>';
  yield `--b\r\nContent-Type: ${XOP_HEADER}\r\nContent-ID: <root>\r\n\r\n${before}${include}${after}\r\n`;
  yield '--b\r\nContent-Type: application/octet-stream\r\nContent-Transfer-Encoding: binary\r\nContent-ID: <stor>\r\n\r\n';
  yield* noise(mebibytes);
  yield '\r\n--b--\r\n';
}

const ways = {
  inline: { body: inline, type: 'application/soap+xml; charset=utf-8' },
  MTOM: {
    body: mtom,
    type: 'multipart/related; type="application/xop+xml"; start="<root>"; start-info="application/soap+xml"; boundary="b"',
  },
} as const;

/** Sends a letter. @returns its id */
async function sent(url: string, type: string, body: Octets): Promise<string> {
  const { octets } = await postStream(url, { 'Content-Type': type, Authorization: account('SVARUT') }, body);
  const id = /<return>(.*?)<\/return>/.exec(octets.toString())?.[1];
  if (id === undefined) throw new Error(`the letter was not taken: ${octets.toString()}`);
  return id;
}

/** Waits for the letter with the receiver. @returns where it is fetched */
async function waiting(base: string, id: string): Promise<string> {
  for (const until = Date.now() + 120_000; Date.now() < until; await wait(250)) {
    const response = await fetch(`${base}${SVARINN_PATH}/mottaker/hentNyeForsendelser`, {
      headers: { authorization: account('SVARINN') },
    });
    const list = (await response.json()) as readonly { readonly id: string; readonly downloadUrl: string }[];
    const found = list.find((entry) => entry.id === id);
    if (found !== undefined) return found.downloadUrl;
  }
  throw new Error(`${id} does not come to its receiver`);
}

/** SHA-256 of the one file in an archive. */
function hashInZip(file: string): Promise<string> {
  return new Promise((resolve, reject) => {
    openZip(file, { lazyEntries: true }, (error: Error | null, zip: ZipFile) => {
      if (error !== null) return reject(error);
      zip.once('error', reject).once('entry', (entry: Entry) =>
        zip.openReadStream(entry, (failed: Error | null, stream: Readable) => {
          if (failed !== null) return reject(failed);
          hashOf(stream as AsyncIterable<Uint8Array>)
            .then(resolve, reject)
            .finally(() => zip.close());
        }),
      );
      zip.readEntry();
    });
  });
}

/** Fetches a letter and opens it as its receiver. @returns SHA-256 of the document */
async function fetched(url: string, key: KeyObject, certificate: CmsRecipient, file: string): Promise<string> {
  const { body } = await fetch(url, { headers: { authorization: account('SVARINN') } });
  if (body === null) throw new Error('a letter without content');
  await pipeline(decryptCms(body as unknown as AsyncIterable<Uint8Array>, key, certificate), createWriteStream(file));
  return hashInZip(file);
}

/** One large letter by each way, from the sender's call to the receiver's file: octets equal, and the memory that it took. */
export async function svarutLarge({ mebibytes }: LargeOptions): Promise<void> {
  await compile();
  const dir = await mkdtemp(join(cacheDir, 'svarut-large-'));
  const servers: Server[] = [];
  try {
    const { env, certsDir } = await prepareData(dir, 0);
    const { sender2 } = (await ensureDevelopmentPki(certsDir)).identities;
    const expected = await hashOf(noise(mebibytes));
    const results: Record<string, { peakMB: number; seconds: number; equal: boolean }> = {};
    for (const [name, { body, type }] of Object.entries(ways)) {
      const server = await startServer({ module: 'src/main', path: '', env });
      servers.push(server);
      const idle = await peakOf(server.pid);
      const begin = performance.now();
      const id = await sent(server.url + PATH, type, body(sender2.organisasjonsnummer, mebibytes));
      const accepted = (performance.now() - begin) / 1000;
      const url = await waiting(server.url, id);
      const got = await fetched(
        url,
        sender2.privateKey,
        parseCertificate(sender2.certificate),
        join(dir, 'letter.zip'),
      );
      const seconds = (performance.now() - begin) / 1000;
      const peak = await peakOf(server.pid);
      results[name] = { peakMB: Math.round(peak / 1e6), seconds: Math.round(seconds), equal: got === expected };
      console.log(
        `${name}: ${mebibytes} MiB taken in ${accepted.toFixed(1)} s, at its receiver after ${seconds.toFixed(1)} s, octets ${got === expected ? 'equal' : 'DIFFER'}; ` +
          `peak RSS ${inBoth(peak)}, idle ${inBoth(idle)}   goal <= ${inBoth(memory.goal)}`,
      );
      await server.stop();
      servers.pop();
    }
    console.log(JSON.stringify({ bench: 'svarut-large', mebibytes, goalMB: memory.goal / 1e6, ...results }));
  } finally {
    await Promise.all(servers.map((server) => server.stop()));
    await rm(dir, { recursive: true, force: true });
  }
}
