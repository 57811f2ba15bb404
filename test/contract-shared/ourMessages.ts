import { randomUUID } from 'node:crypto';
import { sdpChannel } from '../../src/channels/sdp/channel.js';
import { videresender } from '../../src/channels/sdp/formidling.js';
import { asBroker, asSender, type Party, type Provider, type Via } from '../../src/channels/sdp/route.js';
import { confirm, pull } from '../../src/client/ebmsPull.js';
import { ebmsFault, payloadReferences } from '../../src/contract/ebms/encode.js';
import { ebmsErrors } from '../../src/contract/ebms/errors.js';
import { eb } from '../../src/contract/ebms/names.js';
import { sbdh } from '../../src/contract/sdp/names.js';
import { encodeSbd } from '../../src/contract/sdp/sbd.js';
import type { Forsendelse } from '../../src/domain/forsendelse.js';
import type { Beslutning } from '../../src/domain/routing/decision.js';
import type { Shipment } from '../../src/domain/shipment.js';
import { ensureDevelopmentPki } from '../../src/sandbox/pki/development.js';
import { createDouble } from '../../src/sandbox/providers/double.js';
import { send } from '../../src/sandbox/providers/report.js';
import { signEnveloped } from '../../src/security/enveloped.js';
import { signingKey } from '../../src/security/sign.js';
import { fingerprint } from '../../src/security/x509.js';
import type { XmlElement } from '../../src/xml/model.js';
import { childElements, is } from '../../src/xml/model.js';
import { parse } from '../../src/xml/tree.js';
import { serialise } from '../../src/xml/write.js';
import { startStub } from '../client/stub.js';
import { digital, header, payloads as samples } from '../contract/sdp/support.js';
import { once } from '../package/support.js';
import { pushOf, trustIn } from '../sandbox/providers/pushes.js';
import { digipost, sender, trust, type Door } from '../http/broker/world.js';
import { party } from '../support/answers.js';
import { brokerAt } from '../support/brokerStub.js';
import { formidling } from '../support/formidlinger.js';
import { cms } from '../support/ebms.js';
import { testCertsDir } from '../support/gateway.js';
import { letter, mailbox, order, toMailbox, toPrint } from '../support/letters.js';
import { memoryPayloads } from '../support/memoryPayloads.js';
import { testTime } from '../support/pki.js';
import { askingFor, believe, letterOf } from '../support/sdpSender.js';

/* The messages of the recorded exchange, each made by what makes it when the gateway runs. */

/** Messaging and the business document of an envelope, in their order. */
export function partsOf(envelope: Buffer | string): XmlElement[] {
  const blocks = childElements(parse(envelope)).flatMap((part) => childElements(part));
  return blocks.filter((e) => is(e, eb.uri, 'Messaging') || is(e, sbdh.uri, 'StandardBusinessDocument'));
}

const envelopeIn = (octets: string): string => /<env:Envelope .*<\/env:Envelope>/s.exec(octets)?.[0] ?? octets;

const deps = { trust, clock: { now: () => testTime } };
const normal = { prioritet: 'NORMAL', id: undefined } as const;

/** What `call` posts to somebody who refuses it for good. */
async function posted(call: (url: string) => Promise<unknown>): Promise<string> {
  const info = { timestamp: testTime, messageId: randomUUID(), refToMessageId: undefined };
  const stub = await startStub((response) => {
    response.statusCode = 500;
    response
      .setHeader('Content-Type', 'application/soap+xml')
      .end(ebmsFault(info, ebmsErrors.VALUE_INCONSISTENT, 'no'));
  });
  try {
    await call(stub.url);
    return envelopeIn(stub.received[0]?.body ?? '');
  } finally {
    await stub.stop();
  }
}

const provider = (url: string): Provider => ({
  ...{ organisasjonsnummer: mailbox, navn: 'P', rolle: 'POSTKASSE', url },
  sertifikat: party(mailbox).leaf,
});

/** A letter of our own, handed to who `via` leads to. */
async function pushed(shipment: Shipment, databehandler: Party, via: (url: string) => Via): Promise<string> {
  const payloads = memoryPayloads();
  const packer = { pack: () => payloads.put(once(cms)), pages: async () => 1 };
  return posted(async (url) => {
    const providers = new Map([[mailbox, provider(url)]]);
    const channel = sdpChannel({ ...deps, payloads, packer, databehandler, via: via(url), providers });
    const pakke = await channel.prepare(shipment);
    await channel.deliver({ ...shipment, ...(pakke !== undefined && { pakke }) });
  });
}

const upstream = (url: string, organisasjonsnummer: string, mpcId: string) =>
  ({ url, organisasjonsnummer, sertifikater: [], mpcId, pause: { NORMAL: 1, PRIORITERT: 1 } }) as const;

const sent = { ...order, spraak: 'nb', prioritet: 'NORMAL', kostnadskode: null } as const;
const own = (avsender: string, forsendelse: Partial<Forsendelse>, beslutning: Beslutning): Shipment =>
  letter({
    ...{ konversasjonsId: randomUUID(), meldingsId: randomUUID(), beslutning },
    forsendelse: { ...sent, avsender, ...forsendelse },
  });

/** Our own letters that say what the recorded ones say. */
const toTheirMailbox = (): Shipment =>
  own(
    '889640782',
    { sikkerhetsnivaa: 3, aapningskvittering: null, virkningstidspunkt: null },
    { ...toMailbox, varsler: [] },
  );
const adresse = {
  ...{ navn: 'Ola Nordmann', adresselinjer: ['Storgata 1', 'Oppgang B', '2. etasje'] },
  ...{ postnummer: '0155', poststed: 'OSLO' },
};
const toTheirPrinter = (): Shipment =>
  own(
    '991825827',
    {
      mottaker: { id: null, postadresse: adresse },
      utskrift: {
        ...{ posttype: 'B_OEKONOMI', farge: 'SORT_HVIT' },
        ...{ retur: 'MAKULERING_MED_MELDING', returadresse: adresse },
      },
    },
    { ...toPrint, leverandoer: mailbox },
  );

const partyOf = (organisasjonsnummer: string): Party => ({ organisasjonsnummer, key: party(organisasjonsnummer).key });

/** A letter of a sender, passed on to its mailbox. @param theirs the recorded letter, whose document goes on as it is */
async function passedOn(theirs: string): Promise<string> {
  const payloads = memoryPayloads();
  const [messaging, document] = partsOf(theirs) as [XmlElement, XmlElement];
  const conversationId = /ConversationId>([^<]*)</.exec(serialise(messaging))?.[1] ?? '';
  const { key } = partyOf(mailbox);
  return posted((url) =>
    videresender(
      {
        ...{ ...deps, payloads, providers: new Map([[mailbox, provider(url)]]) },
        via: asBroker({ organisasjonsnummer: '123456789', key }),
      },
      partyOf('310000000'),
    ).deliver(
      formidling({
        mpc: normal,
        innhold: { conversationId, sbd: serialise(document), cms: { ref: 'r', size: 0, sha256: '00'.repeat(32) } },
      }),
    ),
  );
}

/** What a mailbox reports of a letter. */
const reported = (): Promise<string> =>
  posted((url) =>
    send(
      {
        ...{ ...deps, ...digipost, broker: { organisasjonsnummer: mailbox, fingeravtrykk: '' } },
        ...{ brokerUrl: () => Promise.resolve(url), lost: () => undefined },
      },
      {
        ...{ messageId: randomUUID(), conversationId: randomUUID(), sender: '889640782', prioritet: 'NORMAL' },
        ...{ received: testTime, post: digital, documents: [], reported: [], opened: null },
        ...{ flyttet: false, pakke: Buffer.alloc(0), pakketAv: undefined },
      },
      { type: 'levering' },
    ),
  );

/** The receipt that the recorded exchange hands out, from the same mailbox to the same sender. */
async function pulled(door: Door): Promise<string> {
  const instansId = randomUUID();
  const said = { ...header, sender: mailbox, receiver: '889640782', instanceIdentifier: instansId };
  const payload = samples['levering'] as (typeof samples)[string];
  const sbd = await signEnveloped(encodeSbd({ header: said, payload }), digipost.key);
  door.change = {
    hent: async () => ({ bekreftet: false, utlevering: { meldingsId: randomUUID(), instansId, sbd } }),
  };
  return (await door.post(await askingFor(partyOf('889640782'), { at: testTime, pull: normal }))).text;
}

async function confirmed(door: Door): Promise<string> {
  const answer = await believe({ status: 200, type: '', text: await pulled(door) }, trust, testTime);
  const references = payloadReferences(answer).map(serialise);
  return posted((url) => confirm(brokerAt(url), { messageId: randomUUID(), references }));
}

const asked = (): Promise<string> => posted((url) => pull(brokerAt(url), normal));

async function answered(door: Door, octets: string | Buffer, type?: string): Promise<string> {
  return (await door.post(octets, type)).text;
}

/** The receipt of a mailbox of the sandbox for a letter. */
async function ofMailbox(): Promise<string> {
  const pki = await ensureDevelopmentPki(testCertsDir);
  const { digipost: identity, meldingsformidler, sender: other } = pki.identities;
  const clock = { now: () => new Date() };
  const double = createDouble({
    ...{ name: 'digipost', identity, trust: trustIn(pki), clock, calendar: clock },
    broker: { ...meldingsformidler, fingeravtrykk: fingerprint(meldingsformidler.certificate) },
    wrongKey: signingKey(other.privateKey, other.certificate),
    mailboxes: new Set<string>(),
    ...{ brokerUrl: () => Promise.resolve(undefined), lost: () => undefined, hasMailbox: () => true },
    opened: async () => undefined,
  });
  return (await double.receive(await pushOf(pki))) ?? '';
}

/** By the beginning of the name of the recorded message, what we say in its place; what it needs of the recorded one is given. */
export const ourMessages: Readonly<Record<string, (door: Door, theirs: string) => Promise<string>>> = {
  '1_request': () =>
    pushed(toTheirMailbox(), partyOf('889640782'), (url) =>
      asSender(partyOf('889640782'), upstream(url, '123456789', 'posthorn')),
    ),
  '1_response': async (door) => {
    const { octets, type } = await letterOf(sender, { at: testTime });
    return answered(door, octets, type);
  },
  '3_request': (_, theirs) => passedOn(theirs),
  '3_response': ofMailbox,
  '4_request': reported,
  '4_response': async (door) => answered(door, await reported()),
  '5_request_forespoersel': asked,
  '5_request_transportkvittering': confirmed,
  '5_response': pulled,
  '6_request': asked,
  '6_response': async (door) => answered(door, await askingFor(sender, { at: testTime, pull: normal })),
  '7_request': () =>
    pushed(toTheirPrinter(), partyOf('991825827'), (url) =>
      asSender(partyOf('991825827'), upstream(url, mailbox, 'b4dc0fba-58b7-4c9f-8693-14189a3d92a1')),
    ),
  eksempel_soap_fault: async (door) => {
    const { octets, type } = await letterOf(sender, { at: testTime, receiver: '310000027' });
    return answered(door, octets, type);
  },
};
