import { randomUUID, X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { encodeReceipt, payloadReferences } from '../../../src/contract/ebms/encode.js';
import { SOAP_BODY } from '../../../src/contract/ebms/names.js';
import { signingKey } from '../../../src/security/sign.js';
import { signEbms } from '../../../src/security/signEbms.js';
import { contentType, DS } from '../../../src/soap/names.js';
import { childElements, childrenNamed, type XmlElement } from '../../../src/xml/model.js';
import { parse } from '../../../src/xml/tree.js';

/** A mailbox provider that believes everything: it verifies, opens and keeps nothing, and signs a receipt for each letter. */
export interface Provider {
  readonly url: string;
  /** Letters that it has answered for, and octets of the last: of all of it, and of its envelope. */
  readonly taken: { letters: number; octets: number; envelope: number };
  close(): Promise<void>;
}

const END = '</env:Envelope>';

async function octetsOf(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

const referencesIn = (element: XmlElement): XmlElement[] => [
  ...childrenNamed(element, DS, 'Reference'),
  ...childElements(element).flatMap(referencesIn),
];

export async function startProvider(certsDir: string, name: string): Promise<Provider> {
  const certificate = new X509Certificate(await readFile(join(certsDir, `${name}.cert.pem`))).raw;
  const key = signingKey(await readFile(join(certsDir, `${name}.key.pem`), 'utf8'), certificate);
  const taken = { letters: 0, octets: 0, envelope: 0 };
  const answer = async (request: IncomingMessage): Promise<string> => {
    const octets = await octetsOf(request);
    const envelope = octets.subarray(octets.indexOf('<env:Envelope'), octets.indexOf(END) + END.length);
    const [, refToMessageId] = /<eb:MessageId[^>]*>([^<]*)</.exec(envelope.toString()) ?? [];
    const info = { timestamp: new Date(), messageId: randomUUID(), refToMessageId };
    const references = payloadReferences({ references: referencesIn(parse(envelope)), bodyId: SOAP_BODY });
    const signal = { messaging: encodeReceipt(info, references), body: [], bodyId: SOAP_BODY, attachments: [] };
    const signed = await signEbms(signal, key, info.timestamp);
    Object.assign(taken, { letters: taken.letters + 1, octets: octets.length, envelope: envelope.length });
    return signed.envelope;
  };
  const server = createServer((request, response) => {
    answer(request).then(
      (text) => response.writeHead(200, { 'Content-Type': contentType['1.2'] }).end(text),
      (error: unknown) => response.writeHead(500).end(String(error)),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    taken,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
