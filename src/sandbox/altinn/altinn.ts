import type { Express, Request, Response } from 'express';
import { BASIC_PATH } from '../../client/altinn/basic.js';
import { limits } from '../../limits.js';
import { basicSvar } from './basic.js';
import { correspondenceSvar } from './correspondence.js';
import { maskinportenSvar, vekslingSvar } from './tokens.js';
import { notifiedOn, type Notified } from '../notices.js';
import type { InboxLetter } from '../providers/inbox.js';
import type { Altinnoppsett, Altinntilstand, Behaviour, Melding, Spurt, Svart } from './types.js';

/** The double, for whoever tests or looks on. */
export interface AltinnDouble {
  readonly behaviour: Behaviour;
  readonly meldinger: readonly Melding[];
  /** Documents that lie there, used or not. */
  readonly vedlegg: ReadonlyMap<string, unknown>;
  /** Why requests were refused that broke the contract. */
  readonly brudd: readonly string[];
  readonly spurt: readonly string[];
  /** The letters of a recipient, as the command line shows them. */
  inbox(mottaker: string): readonly InboxLetter[];
  /** Reads every letter to a recipient that is not read. @returns their ids */
  open(mottaker: string): readonly string[];
  /** What Altinn says of a letter from now on. */
  tell(id: string, status: string): void;
  /** Makes every token that was given out void. */
  endTokens(): void;
}

/** What the development sandbox is set up with; Posthorn is told the same. */
export const altinnUtvikling = {
  klient: 'posthorn-dev',
  scope: 'altinn:correspondence.read altinn:correspondence.write',
  ressurser: { vanlig: 'posthorn-brev', taushetsbelagt: 'posthorn-taushetsbelagt' },
  bruker: 'posthorn-dev',
  passord: 'posthorn-dev-password',
  systemkode: 'POSTHORN',
} as const;

const EXCHANGE = '/altinn/authentication/api/v1/exchange/maskinporten';

/** Octets of a request at the most: a letter of Altinn 2 with its documents as base64. */
const MOST = Math.ceil((limits.altinnBytes * 4) / 3) + 1024 * 1024;

async function bodyOf(request: Request): Promise<Buffer | undefined> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > MOST) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function svarPaa(spurt: Spurt, tilstand: Altinntilstand, oppsett: Altinnoppsett): Svart {
  const { behaviour } = tilstand;
  if (spurt.path === '/maskinporten/token') return maskinportenSvar(spurt, tilstand, oppsett);
  if (behaviour.status !== undefined) {
    const headers = behaviour.retryAfter === undefined ? {} : { 'Retry-After': behaviour.retryAfter };
    return { status: behaviour.status, type: 'application/problem+json', body: '{"title":"As told"}', headers };
  }
  if (spurt.path === EXCHANGE) return vekslingSvar(spurt, tilstand, oppsett);
  const path = spurt.path.slice('/altinn'.length);
  return path === BASIC_PATH
    ? basicSvar(spurt, tilstand, oppsett)
    : correspondenceSvar({ ...spurt, path }, tilstand, oppsett);
}

async function handle(
  request: Request,
  response: Response,
  tilstand: Altinntilstand,
  oppsett: Altinnoppsett,
): Promise<void> {
  const { behaviour, spurt } = tilstand;
  const url = new URL(request.originalUrl, 'http://x');
  spurt.push(`${request.method} ${url.pathname}`);
  if (behaviour.down === true) return void request.socket.destroy();
  const body = await bodyOf(request);
  if (body === undefined) return void response.status(413).end();
  const svart = svarPaa(
    {
      method: request.method,
      path: url.pathname,
      query: url.searchParams,
      headers: request.headers,
      body,
      url: `http://${request.headers.host ?? ''}`,
    },
    tilstand,
    oppsett,
  );
  if (behaviour.loseAnswer === true && svart.tatt === true) return void request.socket.destroy();
  response
    .status(svart.status)
    .set(svart.headers ?? {})
    .type(svart.type)
    .send(svart.body);
}

/** What is told of a letter, to whom it can be. */
function noticesOf({ varsel }: Melding): string[] {
  if (varsel === null) return [];
  if (!varsel.sendt) return ['nobody, for no address is registered (R-49)'];
  const days = varsel.gjentas ? '0, 7' : '0';
  return [`e-mail, else SMS, on day ${days}: ${varsel.epost}`];
}

/** What its reader has been told until `now`: by mail, else SMS, and once more after seven days unless it has been read. */
function notifiedOf({ varsel, opprettet, lest }: Melding, now: Date): Notified[] {
  if (varsel?.sendt !== true) return [];
  const told = { from: opprettet, opened: lest };
  return notifiedOn(varsel.gjentas ? [0, 7] : [0], told, now).map((at) => ({
    at: at.toISOString(),
    by: 'e-mail, else SMS',
    text: varsel.epost,
  }));
}

const shown = (m: Melding, now: Date): InboxLetter => ({
  provider: 'altinn',
  conversationId: m.id,
  received: m.opprettet.toISOString(),
  title: m.tittel,
  from: m.fra,
  level: m.taushetsbelagt ? 4 : 3,
  opened: m.lest?.toISOString() ?? null,
  files: m.vedlegg.map(({ navn, octets }) => ({ name: navn, type: 'application/octet-stream', octets: octets.length })),
  notices: noticesOf(m),
  notified: notifiedOf(m, now),
});

/** Adds the double of Altinn at `/altinn`, and of Maskinporten at `/maskinporten`. */
export function addAltinn(app: Express, oppsett: Altinnoppsett): AltinnDouble {
  const tilstand: Altinntilstand = {
    meldinger: [],
    vedlegg: new Map(),
    behaviour: {},
    tokens: new Map(),
    brudd: [],
    spurt: [],
    looks: new Map(),
  };
  app.use(['/altinn', '/maskinporten'], (request, response, next) => {
    handle(request, response, tilstand, oppsett).catch(next);
  });
  return {
    ...tilstand,
    inbox: (mottaker) =>
      tilstand.meldinger.filter((m) => m.mottaker === mottaker).map((m) => shown(m, oppsett.calendar.now())),
    open: (mottaker) => {
      const unread = tilstand.meldinger.filter((m) => m.mottaker === mottaker && m.lest === null);
      for (const m of unread) Object.assign(m, { lest: oppsett.calendar.now(), endret: oppsett.now(), status: 'Read' });
      return unread.map(({ id }) => id);
    },
    tell: (id, status) => {
      const melding = tilstand.meldinger.find((m) => m.id === id);
      if (melding !== undefined) Object.assign(melding, { status, endret: oppsett.now() });
    },
    endTokens: () => tilstand.tokens.clear(),
  };
}
