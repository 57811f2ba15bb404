import { randomUUID } from 'node:crypto';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import express from 'express';
import { headerBlocks, PATH } from '../contract/oppslagstjenesten/names.js';
import { oppslagstjenestenPolicy } from '../security/policy.js';
import { signingKey } from '../security/sign.js';
import { verify } from '../security/signature.js';
import type { Incoming } from '../security/signature.js';
import { createTrust } from '../security/trust.js';
import { parseCrl } from '../security/crl.js';
import { asFailure, faultEnvelope } from '../soap/fault.js';
import { contentType } from '../soap/names.js';
import { nationalLookup } from './oppslagstjenesten.js';
import type { DevelopmentPki } from './pki/development.js';
import { testpersons } from './testpersons.js';

const exceptions = { sha1Digest: true, timestampWithoutTransforms: true, oaepSha1Cbc: true };

const suppliers = ['digipost', 'eboks', 'utskrift'] as const;

/** The simulated national services on one port of the loopback address: today the look-up service and the authority's revocation lists. */
function sandboxApp(pki: DevelopmentPki): express.Express {
  const { identities } = pki;
  const lookup = nationalLookup({
    persons: testpersons(new Date()).flatMap((t) => (t.person === undefined ? [] : [t.person])),
    key: signingKey(identities.oppslagstjenesten.privateKey, identities.oppslagstjenesten.certificate),
    certificates: new Map(
      suppliers.map((name) => [identities[name].organisasjonsnummer, identities[name].certificate.toString('base64')]),
    ),
    printSupplier: identities.utskrift.organisasjonsnummer,
  });
  const crls = pki.crls.map(parseCrl);
  const trust = createTrust({
    anchors: [pki.root],
    intermediates: [pki.issuing],
    crls: () => crls,
    revocation: 'require',
  });
  const policy = oppslagstjenestenPolicy(
    exceptions,
    headerBlocks.map((block) => ({ ...block, mayBeUnsigned: () => true })),
  );
  const app = express();
  app.disable('x-powered-by');
  app.post(PATH, async (request, response) => {
    // The stream is not destroyed by leaving it early, so that the caller of a bad request reads the fault.
    const stream = request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>;
    const incoming: Incoming = { stream };
    try {
      const trusted = await verify(incoming, policy, { trust, clock: { now: () => new Date() } });
      response.type(contentType['1.2']).send(await lookup(trusted));
    } catch (error) {
      const version = incoming.version ?? '1.2';
      response.status(500).type(contentType[version]);
      response.send(faultEnvelope(asFailure(error), version, policy.versions, randomUUID()));
    }
  });
  app.get('/crl/:name', (request, response, next) => {
    const index = ['issuing.crl', 'root.crl'].indexOf(request.params.name);
    const crl = pki.crls[index];
    if (crl === undefined) return next();
    response.type('application/pkix-crl').send(crl);
  });
  return app;
}

export interface Sandbox {
  readonly url: string;
  /** Finishes what is in flight and lets go of the port. */
  readonly close: () => Promise<void>;
}

/** Starts the sandbox. @throws Error when the port is taken */
export async function startSandbox(pki: DevelopmentPki, port: number): Promise<Sandbox> {
  const app = sandboxApp(pki);
  const server = await new Promise<Server>((resolve, reject) => {
    const listening: Server = app.listen(port, '127.0.0.1', (error?: Error) =>
      error === undefined ? resolve(listening) : reject(error),
    );
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeIdleConnections();
      }),
  };
}
