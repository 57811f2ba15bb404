import { expect } from 'chai';
import { answerPolicy, openAnswer } from '../../src/security/answer.js';
import { oppslagstjenestenPolicy } from '../../src/security/policy.js';
import { serialise } from '../../src/xml/write.js';
import type { SoapUiRequest } from '../soapui/extract.js';
import { soapUiRequests } from '../soapui/extract.js';
import { keyOf, sign } from '../soapui/sign.js';
import { postRaw, serviceAs } from '../support/caller.js';
import type { TestGateway } from '../support/gateway.js';
import { startGateway } from '../support/gateway.js';

/*
 * Sends every request of the SoapUI project to a fresh gateway, signed as the project says by an engine that we did not write, and holds
 * what comes back against the assertions of the project.
 */

const policy = answerPolicy(
  oppslagstjenestenPolicy({ sha1Digest: false, timestampWithoutTransforms: false, oaepSha1Cbc: true }, []),
);

interface Answer {
  readonly fault: boolean;
  /** What SoapUI looks at: the content of Body in the clear, or the fault as it came. */
  readonly text: string;
}

/** Sends one request the way SoapUI does. */
async function ask(gateway: TestGateway, { envelope, wss, sentAfter }: SoapUiRequest): Promise<Answer> {
  const sent = wss && sign(envelope, wss, keyOf(gateway, wss), sentAfter);
  const { status, octets, text } = await postRaw(gateway.url, sent?.envelope ?? envelope);
  if (status !== 200 || sent === undefined) return { fault: status === 500, text };
  const { content } = openAnswer(octets, sent.signatureValue, sent.privateKey, policy, serviceAs(gateway, 'sender'));
  return { fault: false, text: serialise(content) };
}

describe('the SoapUI project against a fresh gateway', function () {
  this.timeout(60_000);
  let gateway: TestGateway;
  before(async () => {
    gateway = await startGateway();
  });
  after(() => gateway.stop());

  for (const request of soapUiRequests()) {
    const { name, expects } = request;
    it(`${name}: ${expects.fault ? 'is refused' : 'is answered'}`, async () => {
      const { fault, text } = await ask(gateway, request);
      expect(fault, text).to.equal(expects.fault);
      expect(text.includes(':Fault>')).to.equal(expects.fault);
      for (const token of expects.contains) expect(text).to.contain(token);
      for (const token of expects.lacks) expect(text).not.to.contain(token);
    });
  }
});
