import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Writable } from 'node:stream';
import type { Melding } from '../../../src/application/taImotMelding.js';
import type { Forespoersel } from '../../../src/application/hentFraKoe.js';
import type { MottattKvittering } from '../../../src/application/mottaKvittering.js';
import { createPullPace } from '../../../src/application/pullPace.js';
import { meldingsformidler, type BrokerDeps } from '../../../src/http/meldingsformidler.js';
import { createMetrics } from '../../../src/http/metrics.js';
import { createLog } from '../../../src/log.js';
import { enterpriseSubject } from '../../../src/sandbox/pki/identities.js';
import { signingKey } from '../../../src/security/sign.js';
import { caller, party } from '../../support/answers.js';
import { mailbox, printer } from '../../support/letters.js';
import { memoryPayloads, type MemoryPayloads } from '../../support/memoryPayloads.js';
import { makeChain, testKey, testTime, trustOf } from '../../support/pki.js';
import { postMessage, type Answered, type Holder } from '../../support/sdpSender.js';

/* The door of the broker alone, at `testTime`: what it hands to the use cases is kept, and nothing else happens. */

export const sender: Holder = { organisasjonsnummer: '310000019', key: caller.key };
export const supplier: Holder = { organisasjonsnummer: '310000035', key: party('310000035').key };
const mailboxes = { [mailbox]: party(mailbox), '996460320': party('996460320') } as const;
export const digipost: Holder = { organisasjonsnummer: mailbox, key: mailboxes[mailbox].key };
export const eboks: Holder = { organisasjonsnummer: '996460320', key: mailboxes['996460320'].key };
const printing = party(printer);

/** The broker has the number of one mailbox, and a certificate of its own. */
const chain = makeChain({
  leafKey: testKey('broker'),
  leaf: { subject: enterpriseSubject({ organisasjonsnummer: mailbox, organisasjon: 'EN FORMIDLER' }), serial: 77n },
});
export const brokerKey = signingKey(chain.privateKey, chain.leaf);
export const trust = trustOf(caller);

export interface Door {
  post(octets: string | Buffer, type?: string): Promise<Answered>;
  readonly taken: Melding[];
  readonly received: MottattKvittering[];
  readonly asked: Forespoersel[];
  readonly payloads: MemoryPayloads;
  readonly metrics: ReturnType<typeof createMetrics>;
  readonly logged: () => string;
  /** What a test wants otherwise, for the requests that follow. */
  change: Partial<BrokerDeps>;
  reset(): void;
  stop(): Promise<void>;
}

/** Octets of a package that the door takes. */
export const MOST = 1000;

const supplierRow = (organisasjonsnummer: string, rolle: 'POSTKASSE' | 'UTSKRIFT', sertifikat: Buffer) =>
  ({ organisasjonsnummer, navn: 'P', rolle, sertifikat }) as const;

export async function openDoor(): Promise<Door> {
  let [logged, payloads] = ['', memoryPayloads()];
  const metrics = createMetrics();
  const stream = new Writable({
    write(chunk: Buffer, _encoding, done) {
      logged += chunk.toString();
      done();
    },
  });
  const context = {
    ...{ publicUrl: 'http://a', secure: false, remote: '127.0.0.1', correlationId: 'call-1' },
    log: createLog({ level: 'debug', stream }),
  };
  const [taken, received, asked]: [Melding[], MottattKvittering[], Forespoersel[]] = [[], [], []];
  const pace = createPullPace();
  const deps = (): BrokerDeps => ({
    verifyDeps: { trust, clock: { now: () => testTime } },
    metrics,
    timeIsRight: () => true,
    broker: { organisasjonsnummer: mailbox, key: brokerKey },
    databehandler: '310000000',
    leverandoerer: [
      ...Object.entries(mailboxes).map(([number, { leaf }]) => supplierRow(number, 'POSTKASSE', leaf)),
      supplierRow(printer, 'UTSKRIFT', printing.leaf),
    ],
    payloads,
    maxPackage: MOST,
    kanFormidle: () => undefined,
    kanHente: () => undefined,
    taImot: async (melding) => {
      taken.push(melding);
      return true;
    },
    motta: async (one) => {
      received.push(one);
      return true;
    },
    keep: async () => 'kept',
    hent: async (one) => {
      asked.push(one);
      return { bekreftet: true, utlevering: undefined };
    },
    pace,
    throttle: false,
    ...door.change,
  });
  const server = createServer((request, response) => void meldingsformidler(deps())(request, response, context));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  const door: Door = {
    post: (octets, type) => postMessage(url, octets, type),
    ...{ taken, received, asked, metrics, logged: () => logged },
    get payloads() {
      return payloads;
    },
    change: {},
    reset: () => {
      for (const list of [taken, received, asked]) list.length = 0;
      [logged, payloads, door.change] = ['', memoryPayloads(), {}];
    },
    stop: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
  return door;
}
