import { setTimeout as sleep } from 'node:timers/promises';
import { randomUUID } from 'node:crypto';
import { paaEngelsk } from '../../../src/client/answer.js';
import { v9 } from '../../../src/client/svarut/v9.js';
import { version9 } from '../../../src/client/svarut/v9Letter.js';
import type { SvarUtAdresse, SvarUtBestilling } from '../../../src/domain/svarut/bestilling.js';
import { svarutDocument, svarutOrder } from '../../support/svarutOrder.js';
import { testperson } from '../../support/forsendelser.js';
import { avType, brev, dokument, konvolutt, type Verdi } from '../../contract/svarut/letters.js';
import { arrivalsOf, documentOf, filnavnOf, references, tilPerson, titleOf, type Til } from './letters.js';
import { refused, startSenders, taken, type Answer, type Outgoing } from './senders.js';
import type { Seen } from '../count.js';
import { persons } from './forsendelse.js';
import type { SvarUtBruker, StartEntrance, World } from './types.js';

const TIMEOUT_MS = 60_000;
/** Letters that are asked about in one question, and questions at once. */
const PAGE = 500;
const AT_ONCE = 8;

async function* once(octets: Buffer): AsyncGenerator<Buffer> {
  yield octets;
}

/** The service as an account has it, by our own client: whole letters by MTOM. */
const serviceOf = (url: string, account: SvarUtBruker) =>
  v9({ url, ...account, timeout: TIMEOUT_MS, open: (ref) => once(documentOf(ref)), mottaker: undefined });

/** One call as small clients make it, without a library. @returns what stands in each `return` @throws Error with what was answered instead */
async function call(
  url: string,
  { bruker, passord }: SvarUtBruker,
  operation: string,
  verdi: Verdi,
): Promise<string[]> {
  const answer = await fetch(url + version9.path, {
    method: 'POST',
    body: konvolutt(version9, operation, verdi, '1.2'),
    headers: {
      'Content-Type': 'application/soap+xml; charset=utf-8',
      Authorization: `Basic ${Buffer.from(`${bruker}:${passord}`).toString('base64')}`,
    },
    signal: AbortSignal.timeout(TIMEOUT_MS),
  });
  const text = await answer.text();
  if (answer.status !== 200) throw new Error(text);
  return [...text.matchAll(/<return>(.*?)<\/return>/g)].map(([, found]) => found ?? '');
}

interface Brev {
  readonly ref: string;
  readonly tittel: string;
  readonly digital: NonNullable<SvarUtAdresse['digital']>;
}

function orderOf({ ref, tittel, digital }: Brev): SvarUtBestilling {
  const innhold = { ref, size: documentOf(ref).length, sha256: '' };
  const dokumenter = [svarutDocument({ filnavn: filnavnOf(ref), innhold })];
  const { mottaker } = svarutOrder();
  return svarutOrder({ tittel, dokumenter, eksternref: ref, mottaker: { digital, post: mottaker?.post ?? null } });
}

function verdiOf({ ref, tittel, digital }: Brev): Verdi {
  const type = 'fnr' in digital ? 'ns2:personDigitalAdresse' : 'ns2:organisasjonDigitalAdresse';
  const postAdresse = { navn: 'Kari Nordmann', adresse1: 'Storgata 1', postnr: '0155', poststed: 'Oslo' };
  return brev(version9, {
    tittel,
    eksternref: ref,
    mottaker: { digitalAdresse: avType(type, { ...digital }), postAdresse },
    dokumenter: dokument({ data: documentOf(ref).toString('base64'), filnavn: filnavnOf(ref) }),
  });
}

/** A letter that its sender has given an id, so that it is one letter however often it is sent. */
const withId = (letter: Brev, account: SvarUtBruker, world: World, accepted: (id: string) => void): Outgoing => {
  const id = randomUUID();
  const send = async (): Promise<Answer> => {
    const svar = await serviceOf(await world.base(), account).send(orderOf(letter), id);
    if (svar.type === 'nei') return refused(paaEngelsk(svar.grunn));
    accepted(id);
    return taken(JSON.stringify(svar));
  };
  return { ref: letter.ref, send };
};

/**
 * Milliseconds within which a request that has lost its sender is made or not, where another process answers the sender meanwhile: a commit
 * that the dead one had begun may still come.
 */
const DOUBT_MS = 5_000;

/** A letter without: who got no answer asks by its own reference whether it is there, before it sends again. */
const withoutId = (letter: Brev, account: SvarUtBruker, world: World, accepted: (id: string) => void): Outgoing => {
  const { ref } = letter;
  const send = async (time: number): Promise<Answer> => {
    if (time > 0 && world.webs > 1) await sleep(DOUBT_MS);
    const url = await world.base();
    const [there] =
      time === 0 ? [] : await call(url, account, 'retrieveForsendelseIdByEksternRef', { eksternRef: ref });
    const [id] =
      there === undefined ? await call(url, account, 'sendForsendelse', { forsendelse: verdiOf(letter) }) : [there];
    if (id === undefined) return refused('an answer without an id');
    accepted(id);
    return taken(id);
  };
  return { ref, send, anonymous: true };
};

/** What a sender is told of an end: once. */
const delivery = /^(?:Levert i digital postkasse|Printet og postlagt|Mottak er kvittert av .*)$/;
const ended: ReadonlySet<string> = new Set(['LEVERT_SDP', 'PRINTET', 'LEST']);

/** Letters of accounts, and what they are told of them. */
export interface SvarUtSenders extends Pick<
  Awaited<ReturnType<StartEntrance>>,
  'acknowledged' | 'repeated' | 'again' | 'sent' | 'standOf'
> {
  readonly told: () => Promise<Seen['told']>;
}

/** Accounts that send by sendForsendelseMedId and by sendForsendelse. @param til whom the letter is for */
export function startSvarUt(
  entrance: 'svarut' | 'svarinn',
  world: World,
  til: (ref: string) => Brev['digital'],
  arrived: () => number,
): SvarUtSenders {
  const { accounts, chance, base } = world;
  const newRef = references(entrance, chance);
  const ids = new Map<string, { readonly id: string; readonly account: SvarUtBruker }>();
  const senders = startSenders(
    { ...world, clients: Math.max(world.clients, accounts.length) },
    async (index, client) => {
      const account = accounts[client % accounts.length] as SvarUtBruker;
      const ref = newRef();
      const letter = { ref, tittel: titleOf(ref, index), digital: til(ref) };
      const kind = chance.pick([withId, withoutId]);
      return kind(letter, account, world, (id) => ids.set(ref, { id, account }));
    },
    arrived,
  );
  const historyOf = async (ref: string): Promise<string[]> => {
    const { id, account } = ids.get(ref) ?? {};
    if (id === undefined || account === undefined) return ['no answer has named it'];
    const lines = await call(await base(), account, 'retrieveForsendelseHistorikk', { forsendelsesid: id });
    return lines.flatMap((line) => [...line.matchAll(/<hendelse>(.*?)<\/hendelse>/g)].map(([, text]) => text ?? ''));
  };
  /** Letters of one account whose status is no end. */
  const unended = async (account: SvarUtBruker, refs: readonly string[]): Promise<Seen['told']> => {
    const byId = new Map(refs.map((ref) => [ids.get(ref)?.id ?? '', ref]));
    const svar = await serviceOf(await base(), account).statuser([...byId.keys()]);
    if (svar.type === 'nei') throw new Error(paaEngelsk(svar.grunn));
    const status = new Map(svar.verdi.map((one) => [one.id, one.status]));
    return [...byId]
      .map(([id, ref]) => ({ ref, type: status.get(id) ?? 'UKJENT' }))
      .filter(({ type }) => !ended.has(type));
  };
  return {
    ...senders,
    standOf: async (ref) => `${ref}: ${(await historyOf(ref).catch((error: unknown) => [String(error)])).join('; ')}`,
    told: async () => {
      const told: { ref: string; type: string }[] = [];
      const refs = [...senders.acknowledged];
      for (const account of accounts) {
        const own = refs.filter((ref) => ids.get(ref)?.account === account);
        for (let at = 0; at < own.length; at += PAGE) told.push(...(await unended(account, own.slice(at, at + PAGE))));
      }
      for (let at = 0; at < refs.length; at += AT_ONCE) {
        const some = refs.slice(at, at + AT_ONCE);
        // Of a letter that is lost nothing is told.
        const lines = await Promise.all(some.map((ref) => historyOf(ref).catch(() => [])));
        some.forEach((ref, i) =>
          told.push(...(lines[i] ?? []).filter((line) => delivery.test(line)).map(() => ({ ref, type: 'LEVERING' }))),
        );
      }
      return told;
    },
  };
}

/** SvarUt to mailboxes and to print. */
export const svarut: StartEntrance = async (world) => {
  const til = new Map<string, Til>();
  const arrivals = arrivalsOf('svarut', world.providers, (ref) => til.get(ref));
  const toSomebody = (ref: string): Brev['digital'] => {
    const person = world.chance.pick(persons);
    til.set(ref, tilPerson(person));
    return { fnr: testperson(person).personidentifikator };
  };
  const { told, ...senders } = startSvarUt('svarut', world, toSomebody, () => arrivals.committed().length);
  return {
    ...senders,
    left: () => senders.acknowledged.size - new Set(arrivals.committed()).size + arrivals.silent(),
    seen: async () => ({
      acknowledged: [...senders.acknowledged],
      committed: arrivals.committed(),
      told: await told(),
    }),
  };
};
