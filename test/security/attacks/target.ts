import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import Database from 'libsql';
import { errors, errorText } from '../../../src/errors.js';
import type { ErrorCode } from '../../../src/errors.js';
import { SOAP11, SOAP12, WSSE } from '../../../src/soap/names.js';
import type { TestGateway } from '../../support/gateway.js';
import { startGateway } from '../../support/gateway.js';
import type { Message, PostAnswer, RequestSpec } from '../../support/messages.js';
import { goodRequest, post } from '../../support/messages.js';
import type { Base } from './attack.js';

/* A whole gateway under attack, and how it is seen that a refusal left nothing behind (N0 of SECURITY.md section 1). */

/** Rows of the tables that a look-up writes. */
export interface Rows {
  readonly replay: number;
  readonly audit: number;
}

export interface Target extends TestGateway {
  /** The sender, another organisation, and the present time. */
  parties(): Base;
  rows(): Rows;
  good(spec?: Partial<RequestSpec>): Message;
}

/** Starts a gateway whose database can be looked into. A data directory that is given stays when it is stopped. */
export async function startTarget(environment: Readonly<Record<string, string>> = {}): Promise<Target> {
  const given = environment['POSTHORN_DATA_DIR'];
  const dataDir = given ?? (await mkdtemp(join(tmpdir(), 'posthorn-attacks-')));
  const gateway = await startGateway({ POSTHORN_DATA_DIR: dataDir, ...environment });
  const database = new Database(join(dataDir, 'posthorn.db'), { readonly: true });
  const count = (table: keyof Rows): number =>
    (database.prepare(`select count(*) as n from ${table}`).get() as { n: number }).n;
  const { sender, sender2 } = gateway.pki.identities;
  return {
    ...gateway,
    parties: () => ({ key: sender, other: sender2, at: new Date() }),
    rows: () => ({ replay: count('replay'), audit: count('audit') }),
    good: (spec) => goodRequest({ key: sender, ...spec }),
    stop: async () => {
      database.close();
      await gateway.stop();
      if (given === undefined) await rm(dataDir, { recursive: true, force: true });
    },
  };
}

const correlationId = '[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}';
const detail = `<ph:CorrelationId xmlns:ph="urn:posthorn:fault:v1">(${correlationId})</ph:CorrelationId>`;
const literally = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');

/** Every octet of the fault in SOAP 1.2, but for the correlation id: nothing else can have slipped in. */
function fault12(code: ErrorCode, text: string): RegExp {
  const { fault, subcode } = errors[code];
  const upgrade =
    fault === 'VersionMismatch'
      ? `<env:Upgrade><env:SupportedEnvelope xmlns:sup="${SOAP12}" qname="sup:Envelope"></env:SupportedEnvelope></env:Upgrade>`
      : '';
  const sub =
    subcode === undefined
      ? ''
      : `<env:Subcode><env:Value xmlns:wsse="${WSSE}">wsse:${subcode}</env:Value></env:Subcode>`;
  const before =
    `<env:Envelope xmlns:env="${SOAP12}"><env:Header>${upgrade}</env:Header><env:Body><env:Fault><env:Code>` +
    `<env:Value>env:${fault}</env:Value>${sub}</env:Code><env:Reason><env:Text xml:lang="en">${text}</env:Text></env:Reason><env:Detail>`;
  return new RegExp(
    `^${literally(before)}${detail}${literally('</env:Detail></env:Fault></env:Body></env:Envelope>')}$`,
  );
}

/** The same in SOAP 1.1, for a request in it. */
function fault11(code: ErrorCode, text: string): RegExp {
  const upgrade = `<env:Upgrade xmlns:env="${SOAP12}"><env:SupportedEnvelope xmlns:sup="${SOAP12}" qname="sup:Envelope"></env:SupportedEnvelope></env:Upgrade>`;
  const before =
    `<soap:Envelope xmlns:soap="${SOAP11}"><soap:Header>${upgrade}</soap:Header><soap:Body><soap:Fault>` +
    `<faultcode>soap:${errors[code].fault}</faultcode><faultstring>${text}</faultstring><detail>`;
  return new RegExp(
    `^${literally(before)}${detail}${literally('</detail></soap:Fault></soap:Body></soap:Envelope>')}$`,
  );
}

const counted = async (target: Target, code: ErrorCode): Promise<number> => {
  const text = await (await fetch(`${target.base}/metrics`)).text();
  return Number(new RegExp(`posthorn_faults_total\\{code="${code}"\\} (\\d+)`).exec(text)?.[1] ?? 0);
};

/** What stands in the texts that have a gap. */
const usualValues: Partial<Record<ErrorCode, Readonly<Record<string, string>>>> = {
  VERSION_MISMATCH: { versions: '1.2' },
  UNSUPPORTED_MEDIA_TYPE: { types: 'application/soap+xml; charset=utf-8' },
};

/** The answer is this refusal, to the octet; a fault names the request by the id that its log line has. */
export function expectRefusal(
  answer: PostAnswer,
  code: ErrorCode,
  values: Readonly<Record<string, string>> = {},
): void {
  const text = errorText(code, 'en', values);
  const { http } = errors[code];
  expect(answer.status, answer.text.slice(0, 500)).to.equal(http);
  if (http !== 500) {
    expect(answer.text).to.equal(`${text}\n`);
    expect(answer.headers['content-type']).to.equal('text/plain; charset=utf-8');
    return;
  }
  const soap11 = answer.text.includes(SOAP11);
  const fault = (soap11 ? fault11 : fault12)(code, text);
  expect(answer.text).to.match(fault);
  expect(fault.exec(answer.text)?.[1]).to.equal(answer.headers['x-correlation-id']);
  expect(answer.headers['content-type']).to.equal(
    soap11 ? 'text/xml; charset=utf-8' : 'application/soap+xml; charset=utf-8',
  );
}

interface LogLine {
  readonly message: string;
  readonly code?: string;
  readonly correlationId?: string;
}

/**
 * N0: `act` is refused with `code`, and that is all. No row, one log line with the answer's correlation id, one more on the counter,
 * the fault to the octet, and the next good request is answered.
 * @returns the refusal
 */
export async function expectNothing(
  target: Target,
  code: ErrorCode,
  act: () => Promise<PostAnswer>,
  values = usualValues[code],
): Promise<PostAnswer> {
  const rows = target.rows();
  const faults = await counted(target, code);
  const lines = target.logLines.length;
  const answer = await act();
  expectRefusal(answer, code, values);
  expect(target.rows()).to.deep.equal(rows);
  expect(await counted(target, code)).to.equal(faults + 1);
  const told = target.logLines
    .slice(lines)
    .map((line) => JSON.parse(line) as LogLine)
    .filter(({ message }) => message === 'request refused');
  expect(told.map(({ code, correlationId }) => [code, correlationId])).to.deep.equal([
    [code, answer.headers['x-correlation-id']],
  ]);
  expect((await post(target, target.good().text)).status).to.equal(200);
  expect(target.rows()).to.deep.equal({ replay: rows.replay + 1, audit: rows.audit + 1 });
  return answer;
}
