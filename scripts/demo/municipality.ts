import { setTimeout as sleep } from 'node:timers/promises';
import { developmentAccounts } from '../../src/sandbox/developmentData.js';
import { identities } from '../../src/sandbox/pki/development.js';
import { testpersons } from '../../src/sandbox/testpersons.js';
import type { Instance } from './instance.js';
import { letter } from './sending.js';
import { chapter, show, type Shown } from './story.js';

/* A municipality's archive system sends by SvarUt, as it always has: the calls below are those of ForsendelsesServiceV9. */

const PATH = '/tjenester/forsendelseservice/ForsendelsesServiceV9';
const NS = 'http://www.ks.no/svarut/servicesV9';
const SOAP = 'http://schemas.xmlsoap.org/soap/envelope/';
const XSI = 'http://www.w3.org/2001/XMLSchema-instance';

const idOf = (navn: string): string => testpersons(new Date()).find((t) => t.navn === navn)?.personidentifikator ?? '';

interface Scene {
  readonly what: string;
  readonly recipient: string;
  readonly expected: string;
}

/** The recipient of an order, by the name of a test person. */
export const person = (navn: string): string =>
  `<digitalAdresse xsi:type="n:personDigitalAdresse"><fnr>${idOf(navn)}</fnr></digitalAdresse>`;

const scenes: readonly Scene[] = [
  {
    what: 'By SvarUt to a municipality',
    recipient: `<digitalAdresse xsi:type="n:organisasjonDigitalAdresse"><orgnr>${identities.sender2.organisasjonsnummer}</orgnr></digitalAdresse>`,
    expected: 'LEST',
  },
  { what: 'By SvarUt to a mailbox', recipient: person('digipost'), expected: 'LEVERT_SDP' },
  { what: 'By SvarUt to one reserved', recipient: person('reserved'), expected: 'PRINTET' },
];

/** A user of SvarUt, at an instance. */
export interface User {
  readonly url: string;
  readonly brukernavn: string;
  readonly passord: string;
}

function developmentUser({ url }: Instance): User {
  const account = developmentAccounts.find(({ tjeneste }) => tjeneste === 'SVARUT');
  if (account === undefined) throw new Error('There is no development account for SvarUt.');
  return { url, brukernavn: account.brukernavn, passord: account.passord };
}

/** Calls an operation. @returns what stands in the first `return` */
async function call({ url, brukernavn, passord }: User, operation: string, content: string): Promise<string> {
  const authorization = `Basic ${Buffer.from(`${brukernavn}:${passord}`).toString('base64')}`;
  const envelope = `<s:Envelope xmlns:s="${SOAP}" xmlns:n="${NS}" xmlns:xsi="${XSI}"><s:Body><n:${operation}>${content}</n:${operation}></s:Body></s:Envelope>`;
  const headers = { authorization, 'Content-Type': 'text/xml; charset=utf-8' };
  const text = await (await fetch(url + PATH, { method: 'POST', headers, body: envelope })).text();
  return /<return>(.*?)<\/return>/.exec(text)?.[1] ?? /<faultstring>(.*?)<\/faultstring>/.exec(text)?.[1] ?? 'nothing';
}

const order = (recipient: string, title: string, data: string): string =>
  [
    `<forsendelse><tittel>${title}</tittel><mottaker>${recipient}`,
    '<postAdresse><navn>Kari Nordmann</navn><adresse1>Storgata 1</adresse1><postnr>0155</postnr><poststed>OSLO</poststed></postAdresse></mottaker>',
    `<dokumenter><filnavn>vedtak.pdf</filnavn><mimetype>application/pdf</mimetype><data>${data}</data></dokumenter>`,
    '</forsendelse>',
  ].join('');

/** Milliseconds that a letter gets, and between two looks at it. */
const PATIENCE_MS = 30_000;
const LOOK_MS = 250;

/** Sends a letter with one document. @returns its id, or why there is none */
export async function sendBySvarUt(user: User, recipient: string, title: string): Promise<string> {
  const data = Buffer.from(await letter()).toString('base64');
  return call(user, 'sendForsendelse', order(recipient, title, data));
}

/** The status that a letter comes to in time. */
export async function follow(user: User, id: string, expected: string): Promise<string> {
  for (const until = Date.now() + PATIENCE_MS; ; await sleep(LOOK_MS)) {
    const status = await call(user, 'retrieveForsendelseStatus', `<forsendelsesid>${id}</forsendelsesid>`);
    if (status === expected || Date.now() > until) return status;
  }
}

/** Three letters by SvarUt: one that a municipality's system fetches by SvarInn, one to a mailbox, one on paper. */
export async function municipality(instance: Instance): Promise<Shown[]> {
  chapter(
    '10. A municipality sends by SvarUt, and changed a host name only',
    'Its archive system calls ForsendelsesServiceV9 with name and password. Posthorn finds the way: the receiving municipality',
    'fetches its letter by SvarInn and acknowledges it, the others go to a mailbox and to print.',
  );
  const user = developmentUser(instance);
  const ids = await Promise.all(scenes.map(({ recipient }) => sendBySvarUt(user, recipient, 'Vedtak fra kommunen')));
  const shown = await Promise.all(
    scenes.map(async ({ what, expected }, i) => ({
      what,
      expected,
      got: await follow(user, ids[i] ?? '', expected),
    })),
  );
  show(shown.map(({ what, got }, i) => [what, ids[i] ?? '', got]));
  return shown;
}
