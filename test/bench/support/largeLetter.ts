import { encodeSendForsendelse } from '../../../src/contract/forsendelse/request.js';
import type { SigningKey } from '../../../src/security/sign.js';
import { digest, wsuIdAttribute } from '../../../src/security/sign.js';
import { XOP } from '../../../src/soap/message.js';
import { writeMultipart, type OutgoingPart } from '../../../src/soap/multipartWriter.js';
import { contentType, env } from '../../../src/soap/names.js';
import { canonicalise } from '../../../src/xml/c14n.js';
import { parse } from '../../../src/xml/tree.js';
import { element, serialise } from '../../../src/xml/write.js';
import { brev } from '../../support/forsendelser.js';
import { signedWithDigests } from '../../support/signedAttachments.js';
import { base64, hashOf, noise, type Octets } from './stream.js';

/* Signed letters to Forsendelse whose one document is made as it is sent. */

/** Makes a message, the same each time but for its boundary. */
export type LargeLetter = () => {
  readonly contentType: string;
  readonly body: Octets;
};

/** Stands in the envelope for the document; nine octets in base64. */
const HOLE = 'POSTHORNHOLE';
const CID = 'stor@posthorn';
const include = `<xop:Include xmlns:xop="${XOP}" href="cid:${CID}"></xop:Include>`;

const hoveddokument = {
  filnavn: 'stor.pdf',
  tittel: 'Stort dokument',
  mimetype: 'application/pdf',
  innhold: Buffer.from(HOLE, 'base64'),
};

/** SendForsendelse with the hole. */
const order = (): string => serialise(encodeSendForsendelse(brev('digipost', { hoveddokument })));

/** Begins as a PDF. */
async function* pdf(mebibytes: number): AsyncGenerator<Buffer> {
  yield Buffer.from('%PDF-1.7\n');
  yield* noise(mebibytes);
}

async function* around([before = '', after = '']: readonly string[], octets: Octets): Octets {
  yield before;
  yield* octets;
  yield after;
}

const multipart = (rootType: string, envelope: string, mebibytes: number): LargeLetter => {
  const part = (contentId: string, type: string, open: OutgoingPart['open']): OutgoingPart => ({
    contentId,
    contentType: type,
    size: undefined,
    open,
  });
  const root = part('root@posthorn', rootType, () => [Buffer.from(envelope)]);
  return () => writeMultipart([root, part(CID, 'application/pdf', () => pdf(mebibytes))]);
};

const bodyOf = (content: string) => element(env, 'Body', [wsuIdAttribute('body-1')], [parse(content)]);

type Way = (mebibytes: number, key: SigningKey) => Promise<LargeLetter>;

/** As WSS4J signs attachments: a reference to each, besides the one to Body, which names them. */
const swa: Way = async (mebibytes, key) => {
  const referred = order().replace(`<f:innhold>${HOLE}</f:innhold>`, `<f:innholdRef>cid:${CID}</f:innholdRef>`);
  const body = bodyOf(referred);
  const attachments = [{ contentId: CID, digest: await hashOf(pdf(mebibytes), 'base64') }];
  const signed = await signedWithDigests(body, digest(canonicalise(body)), '1.2', key, new Date(), attachments);
  return multipart(contentType['1.2'], signed, mebibytes);
};

/** The envelope in two pieces, signed over the base64 that stands between them however it is sent. */
async function signedInfoset(mebibytes: number, key: SigningKey): Promise<string> {
  const body = bodyOf(order());
  const infoset = around(canonicalise(body).split(HOLE), base64(pdf(mebibytes)));
  return signedWithDigests(body, await hashOf(infoset, 'base64'), '1.2', key, new Date(), []);
}

const inline: Way = async (mebibytes, key) => {
  const pieces = (await signedInfoset(mebibytes, key)).split(HOLE);
  return () => ({ contentType: contentType['1.2'], body: around(pieces, base64(pdf(mebibytes))) });
};

const mtom: Way = async (mebibytes, key) =>
  multipart(
    'application/xop+xml; charset=utf-8; type="application/soap+xml"',
    (await signedInfoset(mebibytes, key)).replace(HOLE, include),
    mebibytes,
  );

/** The ways that a document comes. */
export const ways = { MTOM: mtom, SwA: swa, inline } as const;
