import { createPublicKey, randomUUID, verify, X509Certificate } from 'node:crypto';
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { version9 } from '../../src/client/svarut/v9Letter.js';
import type { SvarUtStatus } from '../../src/domain/svarut/status.js';
import { childElements, childrenNamed, textOf, type XmlElement } from '../../src/xml/model.js';
import { parse } from '../../src/xml/tree.js';
import { serialise } from '../../src/xml/write.js';
import { violations } from './svarutRestSchema.js';
import { wsdlSchema, type WsdlSchema } from './svarutSchema.js';

/* A SvarUt of a test, by SOAP and by REST. Every request is held against the contract: one that breaks it is kept in `violations`. */

const NS = version9.ns.uri;
const SOAP = 'http://www.w3.org/2003/05/soap-envelope';

export const konto = {
  bruker: 'kommune',
  passord: 'hemmelig passord',
  kontoId: '6f8f3d9e-2f6c-4a68-9a55-0b1c7a1d2e3f',
  klient: 'klient-1',
  scope: 'ks:fiks',
} as const;

export interface TakenLetter {
  readonly id: string;
  /** `forsendelse`: its element or its JSON. */
  readonly order: string;
  readonly files: readonly { readonly name: string; readonly octets: Buffer }[];
}

export interface Behaviour {
  /** Closes every connection. */
  down?: boolean;
  /** Milliseconds before each answer. */
  slow?: number;
  /** Answers every letter and question with it. */
  status?: number;
  /** Reason of a fault, or `message` of an error, that letters are answered with. */
  refuse?: string;
  /** Takes the letter and then closes the connection. */
  loseAnswer?: boolean;
  /** Ids left out of answers about status. */
  missing?: ReadonlySet<string>;
  /** The token endpoint's error. */
  noToken?: string;
}

export interface SvarUtDouble {
  readonly url: string;
  readonly behaviour: Behaviour;
  readonly letters: readonly TakenLetter[];
  readonly violations: readonly string[];
  /** Paths and operations, in order. */
  readonly asked: readonly string[];
  /** What each question about status was about. */
  readonly batches: readonly (readonly string[])[];
  /** Tokens that were given out. */
  readonly tokens: readonly string[];
  tell(id: string, status: SvarUtStatus, hendelse?: string): void;
  /** Makes every token that was given out void. */
  endTokens(): void;
  stop(): Promise<void>;
}

interface State {
  readonly behaviour: Behaviour;
  readonly letters: TakenLetter[];
  readonly violations: string[];
  readonly asked: string[];
  readonly batches: string[][];
  readonly tokens: string[];
  readonly valid: Set<string>;
  readonly status: Map<string, { status: SvarUtStatus; endret: string; hendelse: string }>;
  readonly schema: WsdlSchema;
  url: string;
}

interface Asked {
  readonly path: string;
  readonly query: URLSearchParams;
  readonly method: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

type Answer = readonly [status: number, body: string, type?: string];

const take = (state: State, letter: TakenLetter): void => {
  state.letters.push(letter);
  state.status.set(letter.id, { status: 'AKSEPTERT', endret: new Date().toISOString(), hendelse: 'Akseptert' });
};

const statusesOf = (state: State, ids: readonly string[]) => {
  state.batches.push([...ids]);
  return ids.flatMap((id) => {
    const found = state.status.get(id);
    return found === undefined || state.behaviour.missing?.has(id) === true ? [] : [{ id, ...found }];
  });
};

/* ForsendelsesServiceV9 */

interface Part {
  readonly headers: string;
  readonly octets: Buffer;
}

function partsOf({ headers, body }: Asked): Part[] {
  const boundary = /boundary="?([^";]+)"?/.exec(headers['content-type'] ?? '')?.[1];
  if (boundary === undefined) return [{ headers: '', octets: body }];
  const mark = Buffer.from(`--${boundary}`);
  const parts: Part[] = [];
  for (let at = body.indexOf(mark); at >= 0;) {
    const next = body.indexOf(mark, at + mark.length);
    if (next < 0) break;
    const piece = body.subarray(at + mark.length + 2, next - 2);
    const end = piece.indexOf('\r\n\r\n');
    parts.push({ headers: piece.subarray(0, end).toString(), octets: piece.subarray(end + 4) });
    at = next;
  }
  return parts;
}

const child = (element: XmlElement | undefined, name: string): string | undefined => {
  const [found] = element === undefined ? [] : childrenNamed(element, '', name);
  return found === undefined ? undefined : textOf(found);
};

const envelope = (content: string): string =>
  `<soap:Envelope xmlns:soap="${SOAP}"><soap:Body>${content}</soap:Body></soap:Envelope>`;
const fault = (text: string): Answer => [
  500,
  envelope(
    `<soap:Fault><soap:Code><soap:Value>soap:Receiver</soap:Value></soap:Code><soap:Reason><soap:Text xml:lang="en">${text}</soap:Text></soap:Reason></soap:Fault>`,
  ),
  'application/soap+xml',
];
const answered = (op: string, content: string): Answer => [
  200,
  envelope(`<ns2:${op}Response xmlns:ns2="${NS}">${content}</ns2:${op}Response>`),
  'application/soap+xml;charset=utf-8',
];

/** The documents in the clear where they were included, so that the schema sees what the receiver does. */
function inlined(xml: string, parts: readonly Part[]): string {
  return xml.replace(/<(\w+:)?Include[^>]*href="cid:([^"]+)"[^>]*>(<\/(\w+:)?Include>)?/g, (_, _p, id: string) => {
    const part = parts.find(({ headers }) => headers.includes(`<${id}>`));
    return part?.octets.toString('base64') ?? 'no such part';
  });
}

function sendLetter(state: State, op: XmlElement, xml: string, parts: readonly Part[]): Answer {
  const id = child(op, 'forsendelsesid') ?? '';
  if (state.letters.some((letter) => letter.id === id)) return fault(`Duplikat: forsendelsesid ${id} er brukt`);
  if (state.behaviour.refuse !== undefined) return fault(state.behaviour.refuse);
  const [order] = childrenNamed(op, '', 'forsendelse');
  const names = childrenNamed(order as XmlElement, '', 'dokumenter').map((d) => child(d, 'filnavn') ?? '');
  take(state, { id, order: xml, files: parts.slice(1).map(({ octets }, i) => ({ name: names[i] ?? '', octets })) });
  return answered('sendForsendelseMedId', `<return>${id}</return>`);
}

function v9(state: State, asked: Asked): Answer {
  const given = Buffer.from(`${konto.bruker}:${konto.passord}`).toString('base64');
  if (asked.headers.authorization !== `Basic ${given}`) return [401, '<html><title>401</title></html>', 'text/html'];
  const parts = partsOf(asked);
  const xml = inlined(parts[0]?.octets.toString() ?? '', parts);
  const [body] = childrenNamed(parse(Buffer.from(xml)), SOAP, 'Body');
  const [op] = body === undefined ? [] : childElements(body);
  if (op?.ns !== NS) return fault('unknown operation');
  state.violations.push(...state.schema.check(serialise(op)));
  state.asked.push(op.local);
  if (op.local === 'sendForsendelseMedId') return sendLetter(state, op, xml, parts);
  if (op.local === 'retrieveForsendelseStatuser') {
    const ids = childrenNamed(op, '', 'forsendelseider').map(textOf);
    const known = new Map(statusesOf(state, ids).map((found) => [found.id, found]));
    // Of a letter that is not known everything but its id may be left out.
    const one = (id: string): string => {
      const found = known.get(id);
      const told = found && `<forsendelseStatus>${found.status}</forsendelseStatus>`;
      const since = found && `<sisteStatusEndring>${found.endret}</sisteStatusEndring>`;
      return `<return>${told ?? ''}<forsendelsesid>${id}</forsendelsesid>${since ?? ''}</return><return/>`;
    };
    return answered(op.local, ids.map(one).join(''));
  }
  const last = state.status.get(child(op, 'forsendelsesid') ?? '')?.hendelse ?? '';
  const line = (text: string): string =>
    `<hendelsesLogg><hendelse>${text}</hendelse><tidspunkt>18.10.2017 13:43:31</tidspunkt></hendelsesLogg>`;
  return answered(op.local, `<return>${line('Mottatt, og tildelt forsendelse-id')}${line(last)}</return>`);
}

/* REST V2 */

const json = (value: unknown, status = 200): Answer => [status, JSON.stringify(value), 'application/json'];
const error = (status: number, message: string): Answer =>
  json({ timestamp: 1, status, error: 'error', errorId: randomUUID(), path: '/', message }, status);

const part = (token: string, index: number): unknown =>
  JSON.parse(Buffer.from(token.split('.')[index] ?? '', 'base64url').toString()) as unknown;

/** What is wrong with a request for a token. */
function assertionProblem(state: State, body: URLSearchParams): string | undefined {
  const jwt = body.get('assertion') ?? '';
  if (body.get('grant_type') !== 'urn:ietf:params:oauth:grant-type:jwt-bearer') return 'unsupported_grant_type';
  const { alg, x5c } = part(jwt, 0) as { alg: string; x5c: string[] };
  const claims = part(jwt, 1) as Record<string, unknown> & { iat: number; exp: number };
  const key = createPublicKey(
    new X509Certificate(Buffer.from(x5c[0] ?? '', 'base64')).publicKey.export({ type: 'spki', format: 'pem' }),
  );
  const signed = Buffer.from(jwt.split('.').slice(0, 2).join('.'));
  const good = verify('sha256', signed, key, Buffer.from(jwt.split('.')[2] ?? '', 'base64url'));
  const fresh = claims.exp - claims.iat <= 120 && claims.exp * 1000 > Date.now();
  const meant = claims['aud'] === `${state.url}/` && claims['iss'] === konto.klient && claims['scope'] === konto.scope;
  return alg === 'RS256' && good && fresh && meant && typeof claims['jti'] === 'string' ? undefined : 'invalid_grant';
}

function token(state: State, { body }: Asked): Answer {
  const problem = state.behaviour.noToken ?? assertionProblem(state, new URLSearchParams(body.toString()));
  if (problem !== undefined) return json({ error: problem, error_description: 'no' }, 400);
  const made = randomUUID();
  state.tokens.push(made);
  state.valid.add(made);
  return json({ access_token: made, token_type: 'Bearer', expires_in: 119, scope: konto.scope });
}

async function sendForm(state: State, { headers, body }: Asked): Promise<Answer> {
  const contentType = headers['content-type'] ?? '';
  const form = await new Response(new Uint8Array(body), { headers: { 'content-type': contentType } }).formData();
  const order = form.get('forsendelse');
  const text = typeof order === 'string' ? order : await (order as File).text();
  const letter = JSON.parse(text) as { eksternReferanse: string; dokumenter: { filnavn: string; mimeType: string }[] };
  state.violations.push(...violations('Forsendelse', letter));
  if (state.behaviour.refuse !== undefined) return error(400, state.behaviour.refuse);
  const files: { name: string; octets: Buffer }[] = [];
  for (const { filnavn, mimeType } of letter.dokumenter) {
    const file = form.get(filnavn) as File | null;
    if (file === null || file.type !== mimeType) state.violations.push(`no file ${filnavn} of ${mimeType}`);
    else files.push({ name: file.name, octets: Buffer.from(await file.arrayBuffer()) });
  }
  const id = randomUUID();
  take(state, { id, order: text, files });
  return json({ id });
}

async function rest(state: State, asked: Asked): Promise<Answer> {
  const { path, query, headers } = asked;
  const bearer = headers.authorization?.replace('Bearer ', '') ?? '';
  if (headers['integrasjonid'] !== konto.bruker || headers['integrasjonpassord'] !== konto.passord)
    return error(403, 'integrasjon');
  if (!state.valid.has(bearer)) return error(401, 'token');
  const kontoPath = `/api/v2/kontoer/${konto.kontoId}/forsendelser`;
  state.asked.push(`${asked.method} ${path}`);
  if (path === kontoPath && asked.method === 'POST') return sendForm(state, asked);
  if (path === kontoPath) {
    const ref = query.get('eksternRef');
    const found = state.letters.filter(
      ({ order }) => (JSON.parse(order) as { eksternReferanse: string }).eksternReferanse === ref,
    );
    return json({ forsendelseIds: found.map(({ id }) => id) });
  }
  if (path === `${kontoPath}/status-sok`) {
    const sok = JSON.parse(asked.body.toString()) as { forsendelseIds: string[] };
    state.violations.push(...violations('StatusSok', sok));
    const statuser = statusesOf(state, sok.forsendelseIds);
    return json({ statuser: statuser.map(({ id, status, endret }) => ({ id, status, sisteStatusEndring: endret })) });
  }
  const id = /^\/api\/v2\/forsendelser\/([^/]+)\/hendelser$/.exec(path)?.[1];
  const found = id === undefined ? undefined : state.status.get(id);
  if (found === undefined) return error(404, 'no such letter');
  const tidspunkt = found.endret;
  return json({
    hendelser: [
      { tidspunkt, hendelse: 'Mottatt' },
      { tidspunkt, hendelse: found.hendelse },
    ],
  });
}

async function answer(state: State, asked: Asked): Promise<Answer> {
  const { status } = state.behaviour;
  if (asked.path === '/token') return token(state, asked);
  if (status !== undefined) return asked.path.startsWith('/api') ? error(status, 'as told') : [status, '', 'text/html'];
  return asked.path === version9.path ? v9(state, asked) : rest(state, asked);
}

async function handle(state: State, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { behaviour } = state;
  if (behaviour.down === true) return void request.socket.destroy();
  const chunks: Buffer[] = [];
  for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
  const { pathname: path, searchParams: query } = new URL(request.url ?? '/', 'http://x');
  const { method = '', headers } = request;
  const before = state.letters.length;
  const [status, body, type] = await answer(state, { path, query, method, headers, body: Buffer.concat(chunks) });
  if (behaviour.slow !== undefined) await sleep(behaviour.slow);
  if (behaviour.loseAnswer === true && state.letters.length > before) return void request.socket.destroy();
  response.writeHead(status, { 'Content-Type': type ?? 'text/plain' });
  response.end(body);
}

export async function startSvarUtDouble(): Promise<SvarUtDouble> {
  const state: State = {
    behaviour: {},
    letters: [],
    violations: [],
    asked: [],
    batches: [],
    tokens: [],
    valid: new Set(),
    status: new Map(),
    schema: wsdlSchema(version9),
    url: '',
  };
  const server = createServer((request, response) => {
    handle(state, request, response).catch((problem: unknown) => {
      state.violations.push(String(problem));
      response.destroy();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  state.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    ...state,
    tell: (id, status, hendelse = status) =>
      void state.status.set(id, { status, endret: new Date().toISOString(), hendelse }),
    endTokens: () => state.valid.clear(),
    stop: () => {
      state.schema.dispose();
      server.closeAllConnections();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}
