import { randomUUID } from 'node:crypto';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import express from 'express';
import type { NextFunction, Request, Response } from 'express';
import { headerBlocks, PATH } from '../contract/oppslagstjenesten/names.js';
import type { Calendar } from '../domain/ports.js';
import type { ErrorCode } from '../errors.js';
import { errors, errorText } from '../errors.js';
import { oppslagstjenestenPolicy } from '../security/policy.js';
import { signingKey } from '../security/sign.js';
import { verify } from '../security/signature.js';
import type { Incoming } from '../security/signature.js';
import { createTrust } from '../security/trust.js';
import { parseCrl } from '../security/crl.js';
import { asFailure, faultEnvelope } from '../soap/fault.js';
import { contentType } from '../soap/names.js';
import { addAltinn, altinnUtvikling } from './altinn/altinn.js';
import { nationalLookup } from './oppslagstjenesten.js';
import type { DevelopmentPki } from './pki/development.js';
import { addProviders, type ProvidersOptions } from './providers/routes.js';
import { testpersons } from './testpersons.js';
import { addVarselkontroll, type Varselmottakere } from './varsel/control.js';
import { addSms } from './varsel/sms.js';

const policy = oppslagstjenestenPolicy(
  { sha1Digest: true, timestampWithoutTransforms: true, oaepSha1Cbc: true },
  headerBlocks.map((block) => ({ ...block, mayBeUnsigned: () => true })),
);

const clock = { now: () => new Date() };

const suppliers = ['digipost', 'eboks', 'utskrift'] as const;

function refuse(response: Response, code: ErrorCode): void {
  response
    .status(errors[code].http)
    .type('text/plain')
    .send(`${errorText(code, 'en')}\n`);
}

/** Altinn, where one of the businesses of development has no address for notices. */
const altinnOf = (app: express.Express, { identities }: DevelopmentPki, calendar: Calendar) =>
  addAltinn(app, {
    ...altinnUtvikling,
    utenAdresse: new Set([identities['sender-seid2'].organisasjonsnummer]),
    ukjente: new Set(),
    reserverte: new Set(),
    now: clock.now,
    calendar,
  });

/** What the doubles need to know, and the mail server beside them. */
export type SandboxOptions = Omit<ProvidersOptions, 'pki'> & Partial<Pick<Varselmottakere, 'smtp'>>;

/** The simulated national services on one port of the loopback address: look-up service, mailboxes, print, SMS, and the authority's revocation lists. */
function sandboxApp(pki: DevelopmentPki, { smtp, ...providers }: SandboxOptions): express.Express {
  const { identities } = pki;
  const calendar = providers.calendar ?? clock;
  const lookup = nationalLookup({
    persons: testpersons(new Date()).flatMap((t) => (t.person === undefined ? [] : [t.person])),
    key: signingKey(identities.oppslagstjenesten.privateKey, identities.oppslagstjenesten.certificate),
    certificates: new Map(
      suppliers.map((name) => [identities[name].organisasjonsnummer, identities[name].certificate.toString('base64')]),
    ),
    printSupplier: identities.utskrift.organisasjonsnummer,
    calendar,
  });
  const crls = pki.crls.map(parseCrl);
  const trust = createTrust({
    anchors: [pki.root],
    intermediates: [pki.issuing],
    crls: () => crls,
    revocation: 'require',
  });
  const app = express();
  app.disable('x-powered-by');
  app.post(PATH, async (request, response) => {
    // The stream is not destroyed by leaving it early, so that the caller of a bad request reads the fault.
    const stream = request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>;
    const incoming: Incoming = { stream };
    try {
      const trusted = await verify(incoming, policy, { trust, clock });
      response.type(contentType['1.2']).send(await lookup(trusted));
    } catch (error) {
      const version = incoming.version ?? '1.2';
      request.resume();
      response.status(500).type(contentType[version]);
      response.send(faultEnvelope(asFailure(error), version, policy.versions, randomUUID()));
    }
  });
  addProviders(app, { pki, ...providers, elsewhere: altinnOf(app, pki, calendar) });
  addVarselkontroll(app, { smtp, sms: addSms(app, clock.now) });
  app.get('/crl/:name', (request, response, next) => {
    const index = ['issuing.crl', 'root.crl'].indexOf(request.params.name);
    const crl = pki.crls[index];
    if (crl === undefined) return next();
    response.type('application/pkix-crl').send(crl);
  });
  app.use((_request, response) => refuse(response, 'NOT_FOUND'));
  app.use((_error: unknown, _request: Request, response: Response, _next: NextFunction) =>
    refuse(response, 'BAD_HTTP'),
  );
  return app;
}

/** Time that requests in flight get to end when the sandbox closes. */
const graceMs = 1_000;

export interface Sandbox {
  readonly url: string;
  /** Gives what is in flight a second, and lets go of the port. */
  readonly close: () => Promise<void>;
}

/** Starts the sandbox. @throws Error when the port is taken */
export async function startSandbox(pki: DevelopmentPki, port: number, options: SandboxOptions): Promise<Sandbox> {
  const app = sandboxApp(pki, options);
  const server = await new Promise<Server>((resolve, reject) => {
    const listening: Server = app.listen(port, '127.0.0.1', (error?: Error) =>
      error === undefined ? resolve(listening) : reject(error),
    );
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () =>
      new Promise((resolve) => {
        const cut = setTimeout(() => server.closeAllConnections(), graceMs);
        server.close(() => {
          clearTimeout(cut);
          resolve();
        });
        server.closeIdleConnections();
      }),
  };
}
