import { createServer } from 'node:http';
import { expect } from 'chai';
import type { AddressInfo } from 'node:net';
import { PATH } from '../../../src/contract/oppslagstjenesten/names.js';
import type { SenderData } from '../../../src/domain/sender.js';
import { errors } from '../../../src/errors.js';
import type { ErrorCode } from '../../../src/errors.js';
import { createMetrics } from '../../../src/http/metrics.js';
import { oppslagstjenesten } from '../../../src/http/oppslagstjenesten.js';
import { soapEndpoint } from '../../../src/http/soapEndpoint.js';
import type { Log } from '../../../src/log.js';
import type { SignaturePolicy } from '../../../src/security/policy.js';
import { signingKey } from '../../../src/security/sign.js';
import { fingerprint } from '../../../src/security/x509.js';
import { goodRequest, post } from '../../support/messages.js';
import type { PostAnswer, RequestSpec } from '../../support/messages.js';
import { memoryStore } from '../../support/memoryStore.js';
import { testTime } from '../../support/pki.js';
import { base, chain, lookupPolicy, trust } from './judge.js';

/* The look-up endpoint behind a bare HTTP server: nothing but verifier, decoder and use cases, over a store in memory. */

const always = { fra: new Date('2014-11-19T00:00:00Z'), til: null };
const organisation = (organisasjonsnummer: string) => ({
  organisasjonsnummer,
  navn: organisasjonsnummer,
  tillatUsignertPaaVegneAv: false,
  ...always,
});

/** 310000019 may look up, with its one registered certificate; 310000027 is known and may nothing. */
export const senders: SenderData = {
  organisasjoner: [organisation('310000019'), organisation('310000027')],
  sertifikater: [{ organisasjonsnummer: '310000019', fingeravtrykk: fingerprint(chain.leaf), pem: '', ...always }],
  delegeringer: [],
  rettigheter: [{ organisasjon: '310000019', tjeneste: 'OPPSLAGSTJENESTEN', ...always }],
  legitimasjoner: [],
  dokumenttyper: [],
};

interface Door {
  readonly url: string;
  /** Changes who may do what, and how the endpoint is set up, for the requests to come. */
  setting: { senders: SenderData; policy: SignaturePolicy; timeIsRight: boolean };
  /** How much has been recorded. */
  recorded(): number;
  close(): void;
}

/** Opens the endpoint on a free port of the loopback address; its clock stands at the test time. */
async function openDoor(): Promise<Door> {
  const store = memoryStore();
  const clock = { now: () => testTime };
  const say = (): void => {};
  const log: Log = { error: say, warn: say, info: say, debug: say, child: () => log };
  const setting = { senders, policy: lookupPolicy(), timeIsRight: true };
  const handle = oppslagstjenesten({
    reads: store.reads,
    unitOfWork: store.unitOfWork,
    clock,
    calendar: clock,
    senders: () => setting.senders,
    hashId: (id) => Buffer.alloc(16, id),
    key: signingKey(base.other.privateKey, base.other.certificate),
    leverandoerer: [{ organisasjonsnummer: '310000051', navn: 'Utskrift', rolle: 'UTSKRIFT', sertifikat: chain.leaf }],
  });
  const metrics = createMetrics();
  const server = createServer((request, response) => {
    const endpoint = soapEndpoint({
      policy: setting.policy,
      verifyDeps: { trust, clock },
      metrics,
      timeIsRight: () => setting.timeIsRight,
      handle,
    });
    void endpoint(request, response, { correlationId: 'c', log, publicUrl: '', secure: false, remote: '' });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}${PATH}`,
    setting,
    recorded: () => store.events().length,
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}

/** An answer in a few words: `answered`, or HTTP status, fault codes, and how the reason begins. */
export const outcomeOf = ({ status, fault, subcode, reason }: PostAnswer): string =>
  status === 200
    ? 'answered'
    : [status, fault, subcode, reason && beginning(reason)].filter((x) => x !== undefined).join(' ');

const beginning = (text: string): string => text.split(' ').slice(0, 2).join(' ');

/** The same words for a row of the error table. */
export function refusal(code: ErrorCode): string {
  const { http, fault, subcode, en } = errors[code];
  const subcodes = subcode === undefined ? [] : [`wsse:${subcode}`];
  return http === 500 ? ['500', `env:${fault}`, ...subcodes, beginning(en)].join(' ') : String(http);
}

/** A request of the one who may look up. */
export const request = (spec: Partial<RequestSpec> = {}): string =>
  goodRequest({ key: base.key, at: testTime, ...spec }).text;

/** An endpoint for the tests of the suite that calls this. */
export function useDoor() {
  let door: Door;
  before(async () => {
    door = await openDoor();
  });
  after(() => door.close());

  /** Posts at once, and sees that each answer is recorded once, and a refusal never. */
  const postedAll = async (texts: readonly string[], headers?: Parameters<typeof post>[2]): Promise<string[]> => {
    const recorded = door.recorded();
    const outcomes = (await Promise.all(texts.map((text) => post(door, text, headers)))).map(outcomeOf);
    expect(door.recorded() - recorded).to.equal(outcomes.filter((o) => o === 'answered').length);
    return outcomes;
  };
  const posted = async (text: string, headers?: Parameters<typeof post>[2]): Promise<string> =>
    (await postedAll([text], headers))[0]!;

  /** What the door does while `changes` hold. */
  const under = async (changes: Partial<Door['setting']>, act: () => Promise<string>): Promise<string> => {
    const usual = { ...door.setting };
    Object.assign(door.setting, changes);
    try {
      return await act();
    } finally {
      Object.assign(door.setting, usual);
    }
  };
  return { posted, postedAll, under };
}
