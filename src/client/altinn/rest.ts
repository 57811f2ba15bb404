import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import type { Altinn, Altinnbrev, Altinnmottak, Altinnstatus } from '../../domain/altinn.js';
import type { Dokument } from '../../domain/forsendelse.js';
import type { Statussvar } from '../../domain/overlevering.js';
import type { Nei, Svar } from '../../domain/svar.js';
import type { Ord } from '../../domain/hendelsestekst.js';
import { feilsvar, innholdNei, motKontrakten, spoersmaalstid } from '../answer.js';
import { withToken, type JsonAnswer } from '../bearer.js';
import type { Tokenkilde } from '../maskinporten.js';
import { ask, postStream } from '../post.js';
import { DOKUMENT_BORTE, neiAvProblem, problemI } from './problem.js';
import { attachmentJson, correspondenceJson } from './restLetter.js';
import { statusrunde } from './runde.js';

/* A sender's side of Altinn 3 Correspondence (its OpenAPI, and CONTRACT.md of SvarUt, section 10). */

export interface AltinnRestKonto {
  /** Up to the host's name; the paths are the contract's. */
  readonly url: string;
  readonly tokens: Tokenkilde;
  readonly ressurs: string;
  /** For confidential letters; undefined: there is none. */
  readonly taushetsressurs: string | undefined;
  /** Organisation number that documents are uploaded by: the token's. */
  readonly avsender: string;
  /** Contents of documents. */
  open(ref: string): AsyncIterable<Uint8Array>;
  /** Milliseconds for one upload; a question has less. */
  readonly timeout: number;
  readonly now: () => Date;
  /** Milliseconds between two looks whether a document has been looked through. */
  readonly pause?: number;
}

export const BASE = '/correspondence/api/v1';

/** Looks whether a document is ready before the letter waits for its next attempt. */
const LOOKS = 20;
/** Letters whose uploaded documents are remembered: an attempt that comes to nothing does not upload them again. */
const REMEMBERED = 1000;

const uuid = z.uuid();
const attachment = z.object({ status: z.string(), statusText: z.string().nullish() });
const notifications = z.array(z.object({ status: z.string().nullish() })).nullish();
const initialized = z.object({
  correspondences: z.array(z.object({ correspondenceId: uuid, notifications })).min(1),
});
const found = z.object({ ids: z.array(uuid).nullish() });
const overview = z.object({
  status: z.string(),
  statusChanged: z.coerce.date().nullish(),
  read: z.string().nullish(),
  notifications: z.array(z.object({ notificationOrderId: z.string().nullish() })).nullish(),
});
type Overview = z.infer<typeof overview>;

/** What is sent as a token allows, and its answer. */
type Request = (headers: Readonly<Record<string, string>>) => Promise<JsonAnswer>;

/** The calls of the contract. */
function calls({ url, tokens, timeout, now }: AltinnRestKonto) {
  const base = url + BASE;
  const call = <T>(
    request: Request,
    schema: z.ZodType<T>,
    instead: (answer: JsonAnswer, json: unknown) => Svar<T> | undefined = () => undefined,
  ): Promise<Svar<T>> =>
    withToken(tokens, request, (answer, json) => {
      const other = instead(answer, json);
      if (other !== undefined) return other;
      if (answer.status < 200 || answer.status > 299) return neiAvProblem(answer, json, now());
      const read = schema.safeParse(json);
      return read.success ? { type: 'ja', verdi: read.data } : motKontrakten();
    });
  const send =
    (method: string, path: string, body?: unknown): Request =>
    (headers) =>
      ask(
        base + path,
        {
          method,
          headers: body === undefined ? headers : { ...headers, 'Content-Type': 'application/json' },
          ...(body !== undefined && { body: JSON.stringify(body) }),
        },
        spoersmaalstid(timeout),
      );
  const upload =
    (path: string, size: number, open: () => AsyncIterable<Uint8Array>): Request =>
    (headers) =>
      postStream(
        base + path,
        { contentType: 'application/octet-stream', contentLength: size, body: open(), headers },
        timeout,
      );
  return { call, send, upload };
}

type Calls = ReturnType<typeof calls>;

const avvistDokument = (status: string, ord: string): Ord => ({
  nb: `et dokument er avvist: «${status}: ${ord}»`,
  en: `a document is ${status}: ${ord}`,
});

/** Waits until a document has been looked through. */
async function ready({ call, send }: Calls, konto: AltinnRestKonto, id: string): Promise<Svar<string>> {
  for (let look = 0; look < LOOKS; look++) {
    const svar = await call(send('GET', `/attachment/${id}`), attachment);
    if (svar.type === 'nei') return svar;
    const { status, statusText } = svar.verdi;
    if (status === 'Published') return { type: 'ja', verdi: id };
    if (status === 'Failed' || status === 'Purged') return innholdNei(avvistDokument(status, statusText ?? ''));
    await sleep(konto.pause ?? 250);
  }
  return feilsvar({ nb: 'et dokument blir fremdeles gjennomgått', en: 'a document is still being looked through' });
}

/** Uploads one document as it is read. */
async function uploaded(
  api: Calls,
  konto: AltinnRestKonto,
  dokument: Dokument,
  ressurs: string,
  reference: string,
): Promise<Svar<string>> {
  const json = attachmentJson(dokument, ressurs, konto.avsender, reference);
  const made = await api.call(api.send('POST', '/attachment', json), uuid);
  if (made.type === 'nei') return made;
  const { ref, size } = dokument.innhold;
  const put = await api.call(
    api.upload(`/attachment/${made.verdi}/upload`, size, () => konto.open(ref)),
    attachment,
  );
  return put.type === 'nei' ? put : ready(api, konto, made.verdi);
}

const statuses: ReadonlySet<string> = new Set<Altinnstatus>([
  'Initialized',
  'ReadyForPublish',
  'Published',
  'Fetched',
  'Read',
  'Replied',
  'Confirmed',
  'PurgedByRecipient',
  'PurgedByAltinn',
  'Archived',
  'Reserved',
  'Failed',
  'AttachmentsDownloaded',
  'Gone',
]);
const opened: ReadonlySet<string> = new Set(['Read', 'Replied', 'Confirmed', 'AttachmentsDownloaded']);

/** The status as it counts: whatever was done to a letter that has been read, it was read. One that no contract has tells nothing. */
function statusAv({ status, read }: Overview): Altinnstatus | null {
  if (read !== null && read !== undefined && !opened.has(status)) return 'Read';
  return statuses.has(status) ? (status as Altinnstatus) : null;
}

const gone: Svar<Overview> = { type: 'ja', verdi: { status: 'Gone' } };
const isGone = ({ status }: JsonAnswer): Svar<Overview> | undefined =>
  status === 404 || status === 410 ? gone : undefined;

/** The letter that Altinn has by this reference already. */
async function known({ call, send }: Calls, ressurs: string, id: string): Promise<Svar<Altinnmottak>> {
  const query = new URLSearchParams({ resourceId: ressurs, sendersReference: id, role: 'Sender' });
  const svar = await call(send('GET', `/correspondence?${query.toString()}`), found);
  if (svar.type === 'nei') return svar;
  const [there] = svar.verdi.ids ?? [];
  if (there === undefined)
    return feilsvar({
      nb: 'brevet er der alt, men finnes ikke med referansen sin',
      en: 'the letter is there already, and is not found by its reference',
    });
  const seen = await call(send('GET', `/correspondence/${there}`), overview);
  if (seen.type === 'nei') return seen;
  const { notifications: orders } = seen.verdi;
  const varslet = Array.isArray(orders)
    ? orders.some(({ notificationOrderId: order }) => typeof order === 'string')
    : null;
  return { type: 'ja', verdi: { id: there, varslet } };
}

/** It has the letter, or has a document of it no more. */
type Hinder = 'conflict' | 'lost';
type Initialized = z.infer<typeof initialized>;

function hinder({ status }: JsonAnswer, json: unknown): Svar<Hinder> | undefined {
  if (status === 409) return { type: 'ja', verdi: 'conflict' };
  return problemI(json).kode === DOKUMENT_BORTE ? { type: 'ja', verdi: 'lost' } : undefined;
}

/** Makes the letter of documents that are there. */
const initialize = ({ call, send }: Calls, json: unknown): Promise<Svar<Initialized | Hinder>> =>
  call<Initialized | Hinder>(send('POST', '/correspondence', json), initialized, hinder);

/** Documents that lie there for letters that do not yet, each uploaded once. */
function uploads(api: Calls, konto: AltinnRestKonto) {
  const kept = new Map<string, readonly string[]>();
  const remember = (id: string, ids: readonly string[]): void => {
    kept.set(id, ids);
    const [oldest] = kept.keys();
    if (kept.size > REMEMBERED && oldest !== undefined) kept.delete(oldest);
  };
  return {
    async of({ dokumenter }: Altinnbrev, ressurs: string, id: string): Promise<Svar<readonly string[]>> {
      const ids = [...(kept.get(id) ?? [])];
      for (const [i, dokument] of dokumenter.entries()) {
        if (i < ids.length) continue;
        const svar = await uploaded(api, konto, dokument, ressurs, `${id}/${i + 1}`);
        if (svar.type === 'nei') return svar;
        ids.push(svar.verdi);
        remember(id, ids);
      }
      return { type: 'ja', verdi: ids };
    },
    forget: (id: string): void => void kept.delete(id),
    /** Documents of a letter that will never be taken do not stay. */
    async after(id: string, nei: Nei): Promise<Nei> {
      if (nei.art !== 'innhold') return nei;
      const ids = kept.get(id) ?? [];
      kept.delete(id);
      for (const one of ids) await api.call(api.send('DELETE', `/attachment/${one}`), z.unknown());
      return nei;
    },
  };
}

/** What Altinn says of one letter; null: nothing that is known here. */
async function statusOf({ call, send }: Calls, id: string): Promise<Svar<Statussvar<Altinnstatus> | null>> {
  const svar = await call(send('GET', `/correspondence/${encodeURIComponent(id)}`), overview, isGone);
  if (svar.type === 'nei') return svar;
  const status = statusAv(svar.verdi);
  return { type: 'ja', verdi: status && { id, status, endret: svar.verdi.statusChanged ?? null } };
}

/** Altinn 3. */
export function altinnRest(konto: AltinnRestKonto): Altinn {
  const api = calls(konto);
  const documents = uploads(api, konto);
  return {
    async send(brev, id) {
      const ressurs = brev.taushetsbelagt ? konto.taushetsressurs : konto.ressurs;
      if (ressurs === undefined)
        return innholdNei({
          nb: 'det er ingen ressurs for taushetsbelagte brev (R-50)',
          en: 'there is no resource for confidential letters (R-50)',
        });
      const files = await documents.of(brev, ressurs, id);
      if (files.type === 'nei') return documents.after(id, files);
      const made = await initialize(api, correspondenceJson(brev, ressurs, id, files.verdi));
      if (made.type === 'nei') return documents.after(id, made);
      documents.forget(id);
      if (made.verdi === 'conflict') return known(api, ressurs, id);
      if (made.verdi === 'lost')
        return feilsvar({
          nb: 'et dokument er ikke der lenger; det lastes opp på nytt',
          en: 'a document is not there any more; it is uploaded again',
        });
      const [one] = made.verdi.correspondences;
      if (one === undefined) return motKontrakten();
      const orders = one.notifications ?? [];
      const varslet = !orders.some(({ status }) => status === 'MissingContact');
      return { type: 'ja', verdi: { id: one.correspondenceId, varslet } };
    },
    statuser: (ider) => statusrunde(ider, (id) => statusOf(api, id)),
  };
}
