import { pipeline } from 'node:stream/promises';
import express, { type NextFunction, type Request, type Response, type Router } from 'express';
import type { SvarInnTjeneste } from '../application/svarut/tjenester.js';
import { decodeMottaksfeil } from '../contract/svarinn/feil.js';
import { encodeForsendelse } from '../contract/svarinn/forsendelse.js';
import type { Payloads } from '../domain/shipmentPorts.js';
import { Failure, type ErrorCode } from '../errors.js';
import { limits } from '../limits.js';
import type { Log } from '../log.js';
import type { PasswordDoor } from '../security/password.js';
import { asFailure } from '../soap/fault.js';
import { createAtOnce } from './atOnce.js';
import type { Caller } from './caller.js';
import type { Metrics } from './metrics.js';
import { refuse } from './plain.js';
import { cut, readRange } from './range.js';

/* SvarInn, "Mottaksservice V1" (CONTRACT.md section 8): receiving systems fetch their letters by REST, with a password of their own. */

export const SVARINN_PATH = '/tjenester/svarinn';

export interface SvarInn {
  readonly tjeneste: SvarInnTjeneste;
  readonly payloads: Pick<Payloads, 'get'>;
  readonly door: PasswordDoor;
  /** Take a password over plain HTTP. Never in production (SECURITY.md 77). */
  readonly plainPasswords: boolean;
}

export interface SvarInnOptions extends SvarInn {
  readonly callerOf: (request: Request) => Caller;
  readonly metrics: Metrics;
  readonly log: Log;
}

const challenge = { 'WWW-Authenticate': 'Basic realm="Posthorn SvarInn", charset="UTF-8"' };

/** What a receiver's importer tells apart: 401, 404, 429 and 503; anything else is a failure to it. */
const answered: Partial<Record<ErrorCode, ErrorCode>> = { SVARUT_UNKNOWN_ID: 'NOT_FOUND', UNAVAILABLE: 'BUSY' };

function refused(response: Response, error: unknown, log: Log): void {
  const { code, values, detail } = asFailure(error);
  if (code === 'INTERNAL')
    log.error('SvarInn failed', { detail, correlationId: response.getHeader('X-Correlation-Id') });
  refuse(response, answered[code] ?? code, values, code === 'UNAUTHORIZED' ? challenge : {});
}

type Run = (options: SvarInnOptions, request: Request, response: Response, brukernavn: string) => Promise<void>;

const idOf = (request: Request): string => String(request.params['id']);

const list: Run = async ({ tjeneste, callerOf }, request, response, brukernavn) => {
  const { publicUrl } = callerOf(request);
  const nye = await tjeneste.hentNye(brukernavn, limits.svarinnList);
  response.json(nye.map((ny) => encodeForsendelse(ny, `${publicUrl}${SVARINN_PATH}/forsendelse/${ny.id}`)));
};

/** Sends a package, or the part of it that is asked for: a download that broke off goes on where it was. */
const sendPackage: Run = async ({ tjeneste, payloads }, request, response, brukernavn) => {
  const id = idOf(request);
  const { pakke } = await tjeneste.hent(brukernavn, id);
  const etag = `"${pakke.sha256}"`;
  const mayResume = [undefined, etag].includes(request.get('if-range'));
  const range = mayResume ? readRange(request.headers.range, pakke.size) : undefined;
  response.set({ ETag: etag, 'Accept-Ranges': 'bytes' });
  if (range === 'unsatisfiable') {
    response.status(416).set('Content-Range', `bytes */${pakke.size}`).end();
    return;
  }
  const { from, to } = range ?? { from: 0, to: pakke.size };
  if (range !== undefined) response.status(206).set('Content-Range', `bytes ${from}-${to - 1}/${pakke.size}`);
  response.set({
    // The type of what is inside the encryption, always one archive with all documents.
    'Content-Type': 'application/zip',
    'Content-Disposition': `attachment; filename="${id}.zip"`,
    'Content-Length': String(to - from),
  });
  if (request.method === 'HEAD') response.end();
  else await pipeline(cut(payloads.get(pakke.ref), { from, to }), response);
};

const acknowledge: Run = async ({ tjeneste }, request, response, brukernavn) => {
  await tjeneste.kvitterMottak(brukernavn, idOf(request));
  response.status(200).end();
};

const fail: Run = async ({ tjeneste }, request, response, brukernavn) => {
  const { feilmelding, permanent } = decodeMottaksfeil(typeof request.body === 'string' ? request.body : '');
  await tjeneste.mottakFeilet(brukernavn, idOf(request), feilmelding, permanent);
  response.status(200).end();
};

const routes: readonly (readonly ['get' | 'post', path: string, name: string, run: Run])[] = [
  ['get', '/mottaker/hentNyeForsendelser', 'hentNyeForsendelser', list],
  ['get', '/forsendelse/:id', 'hentForsendelse', sendPackage],
  ['post', '/kvitterMottak/forsendelse/:id', 'kvitterMottak', acknowledge],
  ['post', '/mottakFeilet/forsendelse/:id', 'mottakFeilet', fail],
];
const allow = { get: 'GET, HEAD', post: 'POST' } as const;

/** Lets in who knows a receiver's password. */
function doorman({ door, plainPasswords, callerOf, log }: SvarInnOptions) {
  const enter = (request: Request) => {
    const { secure, remote } = callerOf(request);
    if (!secure && !plainPasswords) throw new Failure('UNAUTHORIZED', 'a password over plain HTTP');
    return door(request.headers.authorization, remote);
  };
  const atOnce = createAtOnce();
  return async (request: Request, response: Response, next: NextFunction): Promise<void> => {
    try {
      const { brukernavn } = await enter(request);
      response.once('close', atOnce.enter(brukernavn));
      response.locals['brukernavn'] = brukernavn;
      next();
    } catch (error) {
      refused(response, error, log);
    }
  };
}

/** Runs a row, counts it, and answers what it throws. A download that has begun is cut: nobody may take it for whole. */
function counted(options: SvarInnOptions, name: string, run: Run) {
  const { metrics, log } = options;
  return async (request: Request, response: Response): Promise<void> => {
    const started = performance.now();
    const done = (outcome: 'ok' | 'fault') => metrics.request(name, outcome, (performance.now() - started) / 1000);
    try {
      await run(options, request, response, String(response.locals['brukernavn']));
      done('ok');
    } catch (error) {
      done('fault');
      if (response.headersSent) response.destroy();
      else refused(response, error, log);
    }
  };
}

/** The routes of SvarInn, to be mounted at its path. */
export function svarinnRouter(options: SvarInnOptions): Router {
  const router = express.Router({ caseSensitive: true, strict: true });
  const known = doorman(options);
  const body = express.text({ type: () => true, limit: limits.svarinnBody });
  for (const [method, path, name, run] of routes) {
    const here = router.route(path).all(known);
    here[method](body, counted(options, name, run));
    here.all((_request, response) => refuse(response, 'METHOD_NOT_ALLOWED', {}, { Allow: allow[method] }));
  }
  return router;
}
