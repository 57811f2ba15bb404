import { scryptSync } from 'node:crypto';
import { versjoner } from '../../src/contract/svarut/names.js';
import type { Payloads } from '../../src/domain/shipmentPorts.js';
import type { Legitimasjon } from '../../src/domain/sender.js';
import { svarutHandler, type SvarUtDeps } from '../../src/http/svarutEndpoint.js';
import { contractResponse, loadContracts } from '../../src/http/wsdl.js';
import { passwordDoor } from '../../src/security/password.js';
import type { SoapHandler } from '../../src/http/server.js';
import { startEdge, type TestEdge, type TestEdgeOptions } from '../http/edge.js';
import type { MemorySvarUt } from './memorySvarUt.js';
import { memorySvarUt } from './memorySvarUt.js';

const salt = Buffer.alloc(16, 1);
const hash = scryptSync('hemmelig', salt, 32, { N: 16, r: 1, p: 1 });

const konto = (brukernavn: string, organisasjonsnummer: string): Legitimasjon => ({
  brukernavn,
  tjeneste: 'SVARUT',
  organisasjonsnummer,
  passordhash: ['scrypt', 16, 1, 1, salt.toString('base64'), hash.toString('base64')].join('$'),
});
/** Two accounts with one password, and one of another service. */
const kontoer = [
  konto('kommune', '310000019'),
  konto('annen', '310000027'),
  { ...konto('arkiv', '310000019'), tjeneste: 'FORSENDELSE' as const },
];

export const passord = 'hemmelig';
export const basic = (password = passord, user = 'kommune'): string =>
  `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;

export interface SvarUtServer extends TestEdge {
  readonly tjeneste: MemorySvarUt;
  /** Address of a version. */
  readonly urlOf: (n: 4 | 6 | 8 | 9) => string;
}

/** ForsendelsesService on a port of its own, over a service in memory; its WSDLs are served too. */
export async function startSvarUt(
  payloads: Payloads,
  changes: Partial<Pick<SvarUtDeps, 'plainPasswords' | 'maxContents'>> = {},
  times: NonNullable<TestEdgeOptions['times']> = {},
): Promise<SvarUtServer> {
  const tjeneste = memorySvarUt();
  const door = passwordDoor({ clock: { now: () => new Date() }, credentials: () => kontoer, tjeneste: 'SVARUT' });
  const contracts = loadContracts();
  const started: TestEdge = await startEdge({
    paths: versjoner.map(({ path }) => path),
    handler: Object.defineProperty<SoapHandler>((req, res, context) => handler(req, res, context), 'patient', {
      get: () => handler.patient,
    }),
    times,
    app: { contract: (path, query, publicUrl) => contractResponse(contracts, path, query, publicUrl) },
  });
  const handler = svarutHandler({
    tjeneste,
    payloads,
    door,
    plainPasswords: true,
    maxContents: 40_000_000,
    metrics: started.metrics,
    ...changes,
  });
  return {
    ...started,
    tjeneste,
    urlOf: (n) => `${started.url}/tjenester/forsendelseservice/ForsendelsesServiceV${n}`,
  };
}
