import express, { type Express, type NextFunction, type Request, type Response } from 'express';
import type { ErrorCode } from '../errors.js';
import type { Caller } from './caller.js';
import type { Readiness } from './health.js';
import type { Metrics } from './metrics.js';
import { refuse } from './plain.js';
import { SVARINN_PATH, svarinnRouter, type SvarInnOptions } from './svarinn.js';

export interface ContractAnswer {
  readonly status: number;
  readonly contentType: string;
  readonly body: string | Buffer;
}

/**
 * A contract file: `path` as requested, `query` the text after `?` as sent (empty when there is none), `publicUrl` to stand in
 * addresses. Undefined when there is no such file.
 */
export type Contract = (path: string, query: string, publicUrl: string) => ContractAnswer | undefined;

export interface Service {
  readonly name: string;
  /** Path of the SOAP endpoint. */
  readonly path: string;
  /** Path and query of its WSDL, such as `/service?wsdl`. */
  readonly wsdl: string;
}

export interface AppOptions {
  readonly services: readonly Service[];
  readonly contract: Contract;
  readonly ready: () => Promise<Readiness>;
  readonly metrics: Metrics;
  readonly callerOf: (request: Request) => Caller;
  readonly svarinn?: SvarInnOptions;
  /** What SvarUt's senders encrypt their documents to: DER. */
  readonly svarutCertificate?: Buffer;
}

const headers = {
  'X-Content-Type-Options': 'nosniff',
  'Content-Security-Policy': "default-src 'self'; frame-ancestors 'none'",
  'Referrer-Policy': 'no-referrer',
  'Cache-Control': 'no-store',
};

const escapes: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};
const html = (text: string): string => text.replace(/[&<>"']/g, (char) => escapes[char] ?? '');

/** What the parser of requests finds wrong with them. */
const statusCodes = new Map<unknown, ErrorCode>([
  [400, 'BAD_HTTP'],
  [413, 'TOO_LARGE'],
  [415, 'UNSUPPORTED_MEDIA_TYPE'],
]);

function startPage(services: readonly Service[], publicUrl: string): string {
  const link = (path: string): string => `<a href="${html(path)}">${html(publicUrl + path)}</a>`;
  const rows = services.map(
    ({ name, path, wsdl }) => `<dt>${html(name)}</dt><dd>${html(publicUrl + path)}<br>WSDL: ${link(wsdl)}</dd>`,
  );
  return [
    '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Posthorn</title></head><body><h1>Posthorn</h1>',
    `<h2>Services</h2><dl>${rows.join('')}</dl>`,
    `<h2>Operations</h2><ul><li>${link('/health/live')}</li><li>${link('/health/ready')}</li><li>${link('/metrics')}</li></ul>`,
    '</body></html>',
  ].join('\n');
}

function queryOf(request: Request): string {
  const mark = request.url.indexOf('?');
  return mark < 0 ? '' : request.url.slice(mark + 1);
}

/** Contract files, for every path that has no page of its own; a service without a query takes POST only. */
function contracts({ services, contract, callerOf }: AppOptions) {
  return (request: Request, response: Response): void => {
    const query = queryOf(request);
    const answer = contract(request.path, query, callerOf(request).publicUrl);
    if (answer !== undefined) {
      response.status(answer.status).set('Content-Type', answer.contentType).end(answer.body);
    } else if (query === '' && services.some(({ path }) => path === request.path)) {
      refuse(response, 'METHOD_NOT_ALLOWED', {}, { Allow: 'POST' });
    } else {
      refuse(response, 'NOT_FOUND');
    }
  };
}

/**
 * Everything that is not SOAP: start page, health, metrics, contracts, and SvarInn, which alone reads a request body. Unknown paths are 404 for every
 * method; known ones answer GET and HEAD, and 405 to the rest.
 */
export function createApp(options: AppOptions): Express {
  const { services, ready, metrics, callerOf } = options;
  const app = express();
  app.disable('x-powered-by');
  app.disable('etag');
  app.enable('case sensitive routing');
  app.enable('strict routing');
  app.set('query parser', false);
  app.use((_request, response, next) => {
    response.set(headers);
    next();
  });

  const page = (path: string, get: (request: Request, response: Response) => void | Promise<void>): void => {
    app
      .route(path)
      .get(get)
      .all((_request, response) => refuse(response, 'METHOD_NOT_ALLOWED', {}, { Allow: 'GET, HEAD' }));
  };
  page('/', (request, response) => {
    response.type('html').send(startPage(services, callerOf(request).publicUrl));
  });
  page('/health/live', (_request, response) => {
    response.json({ status: 'live' });
  });
  page('/health/ready', async (_request, response) => {
    const readiness = await ready();
    response.status(readiness.status === 'ready' ? 200 : 503).json(readiness);
  });
  page('/metrics', async (_request, response) => {
    const { contentType, body } = await metrics.exposition();
    response.set('Content-Type', contentType).end(body);
  });
  const { svarutCertificate } = options;
  if (svarutCertificate !== undefined) {
    page('/forsendelse/publickey/hent', (_request, response) => {
      const lines = svarutCertificate.toString('base64').match(/.{1,64}/g) ?? [];
      response.type('application/x-pem-file');
      response.end(['-----BEGIN CERTIFICATE-----', ...lines, '-----END CERTIFICATE-----', ''].join('\n'));
    });
  }
  if (options.svarinn !== undefined) app.use(SVARINN_PATH, svarinnRouter(options.svarinn));
  app.get('/{*path}', contracts(options));
  app.use((_request, response) => refuse(response, 'NOT_FOUND'));
  app.use((error: { status?: unknown }, _request: Request, response: Response, _next: NextFunction) => {
    refuse(response, statusCodes.get(error.status) ?? 'INTERNAL');
  });
  return app;
}
