import type { IncomingMessage, ServerResponse } from 'node:http';
import type { SvarUtTjeneste } from '../application/svarut/tjenester.js';
import type { ContentStage } from '../contract/contents/stage.js';
import { stageDokumenter } from '../contract/svarut/contents.js';
import { decodeKommando } from '../contract/svarut/decode.js';
import { encodeSvar } from '../contract/svarut/encode.js';
import type { Versjon } from '../contract/svarut/names.js';
import { versjoner } from '../contract/svarut/names.js';
import type { Payloads } from '../domain/shipmentPorts.js';
import { errors, Failure } from '../errors.js';
import { limits } from '../limits.js';
import { readWithPassword } from '../security/basic.js';
import type { BasicPolicy } from '../security/basic.js';
import type { Incoming } from '../security/signature.js';
import { plainEnvelope } from '../security/signAnswer.js';
import { asFailure, faultEnvelope } from '../soap/fault.js';
import { contentType } from '../soap/names.js';
import { createAtOnce } from './atOnce.js';
import type { Metrics } from './metrics.js';
import { octetsOf, refuse, send } from './plain.js';
import type { SoapContext, SoapHandler } from './server.js';
import { report, type Answer } from './soapEndpoint.js';
import { accountOf, messageBytes, paced, readStagedHeader, type Passwords } from './staged.js';
import { svarut } from './svarut.js';

export interface SvarUtDeps extends Passwords {
  readonly tjeneste: SvarUtTjeneste;
  readonly payloads: Payloads;
  /** Octets of all documents of one letter. */
  readonly maxContents: number;
  readonly metrics: Metrics;
}

const NAME = 'svarut';
const challenge = { 'WWW-Authenticate': 'Basic realm="Posthorn SvarUt", charset="UTF-8"' };

const policyFor = (maxContents: number): BasicPolicy => ({
  versions: ['1.1', '1.2'],
  xop: true,
  maxBytes: messageBytes(maxContents, limits.svarutEnvelopeBytes),
  // Official clients switch it on, and it says nothing that they need (CONTRACT.md section 1).
  passesAddressing: true,
});

/** The version that an address speaks. @throws Failure NOT_FOUND, which no address that is mounted meets */
function versjonAt(url: string | undefined): Versjon {
  const path = url?.split('?', 1)[0];
  const found = versjoner.find((v) => v.path === path);
  if (found === undefined) throw new Failure('NOT_FOUND', 'an address of no version');
  return found;
}

/** What is wrong with a content says which, in the log; the sender, whose users read the text, is told in Norwegian. */
const inNorwegian = (failure: Failure): Failure =>
  failure.code === 'INVALID_REQUEST'
    ? new Failure('SVARUT_CONTENT', failure.detail, {
        reason: 'dokumenter/data er verken base64 eller en del av meldingen (MTOM)',
      })
    : failure;

/** Business errors and all others are ordinary faults, in the version of the request (section 1, rule 3). */
function answerFailure(res: ServerResponse, failure: Failure, incoming: Incoming, correlationId: string): void {
  const { code, values } = failure;
  if (errors[code].http !== 500) return refuse(res, code, values, code === 'UNAUTHORIZED' ? challenge : {}, 'nb');
  const version = incoming.version ?? '1.2';
  const fault = faultEnvelope(failure, version, ['1.1', '1.2'], correlationId, 'nb');
  send(res, 500, { 'Content-Type': contentType[version] }, fault);
}

/** A request on its way. */
interface Exchange {
  readonly incoming: Incoming;
  readonly stage: ContentStage;
  /** Called when its caller is known. @throws Failure TOO_MANY_REQUESTS */
  readonly known: (brukernavn: string) => void;
}

/** The way of a request through its steps: password, HTTP header, message, what it asks for. */
function receiver(deps: SvarUtDeps) {
  const policy = policyFor(deps.maxContents);
  const run = svarut(deps.tjeneste);
  return async (req: IncomingMessage, { incoming, stage, known }: Exchange, context: SoapContext): Promise<Answer> => {
    const versjon = versjonAt(req.url);
    const account = await accountOf(deps, req.headers.authorization, context);
    known(account.brukernavn);
    readStagedHeader(req, incoming, policy.maxBytes);
    const trusted = await readWithPassword(incoming, account, policy, stage);
    const kommando = decodeKommando(trusted, versjon, await stage.settle());
    // A letter's contents are the use case's from here: it alone knows whether a stored letter refers to them.
    if ('bestilling' in kommando) stage.release();
    const { brukernavn, organisasjonsnummer } = trusted.principal;
    const returns = await run({ brukernavn, organisasjonsnummer }, kommando, versjon);
    const answer = encodeSvar(versjon, trusted.operation.local, returns);
    return { operation: kommando.operasjon, envelope: plainEnvelope(answer, trusted.version) };
  };
}

/** ForsendelsesService at the paths of `versjoner`. */
export function svarutHandler(deps: SvarUtDeps): SoapHandler {
  const { metrics } = deps;
  const receive = receiver(deps);
  const atOnce = createAtOnce();
  const handle: SoapHandler = async (req, res, context) => {
    const started = performance.now();
    const stage = stageDokumenter(deps.payloads, deps.maxContents);
    let leave = (): void => {};
    const known = (brukernavn: string): void => void (leave = atOnce.enter(brukernavn));
    const incoming: Incoming = { stream: paced(octetsOf(req, res), stage) };
    const count = (operation: string, outcome: 'ok' | 'fault'): void =>
      metrics.request(operation, outcome, (performance.now() - started) / 1000);
    try {
      const { operation, envelope } = await receive(req, { incoming, stage, known }, context);
      send(res, 200, { 'Content-Type': contentType[incoming.version ?? '1.2'] }, envelope);
      count(operation, 'ok');
    } catch (error) {
      const failure = inNorwegian(asFailure(error));
      report(failure, context, metrics, NAME);
      answerFailure(res, failure, incoming, context.correlationId);
      count(NAME, 'fault');
    } finally {
      leave();
      await stage.discard();
    }
  };
  return Object.assign(handle, { patient: true } as const);
}
