import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { pushMessage } from '../../../src/client/ebms.js';
import type { Attachment } from '../../../src/client/ebmsExchange.js';
import { payloadParts } from '../../../src/contract/ebms/encode.js';
import { encodeOrganisation, type Mpc } from '../../../src/contract/ebms/names.js';
import { decodeSbd, encodeSbd } from '../../../src/contract/sdp/sbd.js';
import { BROKER_PATH } from '../../../src/http/meldingsformidler.js';
import { keptInMemory } from '../../../src/package/kept.js';
import { createPacker } from '../../../src/package/package.js';
import { identities } from '../../../src/sandbox/pki/identities.js';
import { signEnveloped, verifyEnveloped } from '../../../src/security/enveloped.js';
import { signingKey } from '../../../src/security/sign.js';
import type { Trusted } from '../../../src/security/trusted.js';
import { parseCertificate } from '../../../src/security/x509.js';
import { testperson } from '../../support/forsendelser.js';
import { askingFor, believe, BROKER, postMessage, type Asking } from '../../support/sdpSender.js';
import { trustOf } from '../../support/sending.js';
import { arrivalsOf, documentOf, filnavnOf, references, tilPerson, titleOf } from './letters.js';
import { refused, startSenders, taken, type Answer } from './senders.js';
import type { StartEntrance, World } from './types.js';

/* An official sender at the broker: pushes its own packages, pulls what is reported of them, and confirms it. */

const mpc: Mpc = { prioritet: 'PRIORITERT', id: 'kill' };
const REST_MS = 100;
/** Milliseconds that a question is repeated as it was signed, while its time is good. */
const REPEATED_MS = 90_000;
const clock = { now: () => new Date() };

interface Sender {
  readonly organisasjonsnummer: string;
  readonly key: ReturnType<typeof signingKey>;
  readonly trust: ReturnType<typeof trustOf>;
  readonly pack: (ref: string) => Promise<Omit<Attachment, 'contentId'>>;
}

const { person } = testperson('digipost');
const mottaker = {
  personidentifikator: testperson('digipost').personidentifikator,
  postkasseadresse: person?.postkasse?.postkasseadresse ?? '',
};

function senderOf({ pki }: World): Sender {
  const { organisasjonsnummer, privateKey, certificate, chain } = pki.identities.sender;
  const key = signingKey(privateKey, certificate);
  const payloads = keptInMemory();
  const packer = createPacker({ payloads, clock, key, chain });
  const digipost = parseCertificate(pki.identities.digipost.certificate);
  const avsender = { organisasjonsnummer, avsenderidentifikator: null, fakturaReferanse: null };
  return {
    organisasjonsnummer,
    key,
    trust: trustOf(pki),
    pack: async (ref) => {
      const open = async function* (): AsyncGenerator<Buffer> {
        yield documentOf(ref);
      };
      const hoveddokument = {
        filnavn: filnavnOf(ref),
        mimetype: 'application/pdf',
        tittel: { lang: 'nb', tekst: 'Brev' },
        open,
      };
      const blob = await packer.pack({ mottaker, avsender, lenke: null, hoveddokument, vedlegg: [] }, digipost);
      return { ...blob, open: () => payloads.get(blob.ref) };
    },
  };
}

/** A letter as it is pushed: the same message each time, in an envelope signed anew. */
async function letterOf({ base }: World, sender: Sender, ref: string, conversationId: string, title: string) {
  const { organisasjonsnummer, key, trust } = sender;
  const attachment = await sender.pack(ref);
  const [messageId, instanceIdentifier] = [randomUUID(), randomUUID()];
  const avsender = { organisasjonsnummer, avsenderidentifikator: null, fakturaReferanse: null };
  const digital = {
    virkning: null,
    aapningskvittering: false,
    sikkerhetsnivaa: 3,
    ikkeSensitivTittel: { lang: 'nb', tekst: title },
    epostVarsel: null,
    smsVarsel: null,
  } as const;
  const header = {
    sender: organisasjonsnummer,
    receiver: identities.digipost.organisasjonsnummer,
    created: clock.now(),
    instanceIdentifier,
    conversationId,
  };
  const payload = {
    type: 'digitalPost',
    avsender,
    fingeravtrykk: attachment.sha256,
    mottaker,
    digital,
    fysisk: null,
  } as const;
  const sbd = await signEnveloped(encodeSbd({ header, payload }), key);
  const contentId = `${messageId}@posthorn`;
  const address = [BROKER_PATH, encodeOrganisation(organisasjonsnummer), encodeOrganisation(organisasjonsnummer)].join(
    '/',
  );
  return async (): Promise<Answer> => {
    const outcome = await pushMessage({
      url: (await base()) + address,
      ...{ key, trust, clock, sbd },
      isReceiver: (signer) => signer.organisasjonsnummer === BROKER,
      userMessage: {
        info: { timestamp: clock.now(), messageId, refToMessageId: undefined },
        mpc,
        fra: { organisasjonsnummer, rolle: 'avsender' },
        til: { organisasjonsnummer: BROKER, rolle: 'meldingsformidler' },
        avtale: 'digital',
        action: 'FormidleDigitalPost',
        conversationId: instanceIdentifier,
        parts: payloadParts(contentId),
      },
      attachment: { contentId, ...attachment },
    });
    // The receipt is verified to be for the octets that were sent; it is made anew each time.
    return outcome.type === 'accepted' ? taken('for all parts') : refused(JSON.stringify(outcome));
  };
}

/** What was told of a letter, and how often each receipt came after it was confirmed. */
interface Told {
  readonly instance: string;
  readonly conversationId: string;
  readonly type: string;
}

interface Puller {
  readonly told: readonly Told[];
  stop(): Promise<void>;
}

function startPuller({ base, say }: World, sender: Sender): Puller {
  const told: Told[] = [];
  const confirmed = new Set<string>();
  let stopped = false;
  /** One question, repeated as it stands until it is answered: the answer is the first one again. */
  const ask = async (asking: Asking): Promise<string> => {
    const envelope = await askingFor(sender, asking);
    for (const end = Date.now() + REPEATED_MS; ; await sleep(REST_MS)) {
      const answer = await postMessage((await base()) + BROKER_PATH, envelope).catch(() => undefined);
      if (answer !== undefined && answer.status >= 200 && answer.status <= 299) return answer.text;
      if (Date.now() > end) throw new Error(`no answer to a question about receipts: ${answer?.text}`);
    }
  };
  const read = (pulled: Trusted): Told => {
    const { document } = verifyEnveloped(pulled.operation, sender.trust, clock.now());
    const { header, payload } = decodeSbd(document);
    const type = payload.type === 'kvittering' ? payload.hendelse.type : payload.type;
    return { instance: header.instanceIdentifier, conversationId: header.conversationId, type };
  };
  /** Pulls one receipt and confirms it. @returns whether there was one */
  const one = async (): Promise<boolean> => {
    const text = await ask({ pull: mpc });
    const pulled = await believe({ status: 200, type: '', text }, sender.trust);
    if (pulled.operation.local === 'Body') return false;
    const receipt = read(pulled);
    // Before it is confirmed it may come again, and is the same one.
    const again = told.some(({ instance }) => instance === receipt.instance);
    if (confirmed.has(receipt.instance)) say(`look at: ${receipt.instance} has come again after it was confirmed`);
    if (!again || confirmed.has(receipt.instance)) told.push(receipt);
    await ask({ confirm: pulled });
    confirmed.add(receipt.instance);
    return true;
  };
  const work = async (): Promise<void> => {
    while (!stopped) if (!(await one())) await sleep(REST_MS);
    while (await one());
  };
  const ended = work();
  return {
    told,
    stop: () => {
      stopped = true;
      return ended;
    },
  };
}

const typeOf = (type: string): string => (type === 'levering' ? 'LEVERING' : type);

/** The broker: the same message again has the first answer, and receipts come until they are confirmed, and then no more. */
export const broker: StartEntrance = async (world) => {
  const { chance, providers } = world;
  const sender = senderOf(world);
  const puller = startPuller(world, sender);
  const newRef = references('broker', chance);
  const conversations = new Map<string, string>();
  const arrivals = arrivalsOf('broker', providers, () => tilPerson('digipost'));
  const senders = startSenders(
    world,
    async (index) => {
      const [ref, conversationId] = [newRef(), randomUUID()];
      conversations.set(conversationId, ref);
      return { ref, send: await letterOf(world, sender, ref, conversationId, titleOf(ref, index)) };
    },
    () => arrivals.committed().length,
  );
  const told = () =>
    puller.told.map(({ conversationId, type }) => ({
      ref: conversations.get(conversationId) ?? 'unknown',
      type: typeOf(type),
    }));
  return {
    ...senders,
    left: () =>
      senders.acknowledged.size -
      new Set(arrivals.committed()).size +
      arrivals.silent() +
      (senders.acknowledged.size - new Set(told().map(({ ref }) => ref)).size),
    seen: async () => {
      await puller.stop();
      return { acknowledged: [...senders.acknowledged], committed: arrivals.committed(), told: told() };
    },
    standOf: async (ref) => `${ref}: ${JSON.stringify(told().filter((one) => one.ref === ref))}`,
  };
};
