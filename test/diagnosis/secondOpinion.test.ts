import { sign as signOctets } from 'node:crypto';
import { expect } from 'chai';
import { tns } from '../../src/contract/oppslagstjenesten/names.js';
import { secondOpinion } from '../../src/diagnosis/secondOpinion.js';
import { caller, service } from '../support/answers.js';
import { request, verify, oks, seconds, BODY } from './support.js';

describe('diagnosis/secondOpinion', () => {
  const publicKey = caller.parsed.publicKey;

  it('warns of nothing on the error stream', async () => {
    const warnings: Error[] = [];
    const note = (warning: Error): void => void warnings.push(warning);
    process.on('warning', note);
    secondOpinion(request(), publicKey);
    await new Promise((resolve) => setTimeout(resolve, 20));
    process.off('warning', note);
    expect(warnings).to.deep.equal([]);
  });

  it('says what is missing or odd, and never throws', () => {
    const nothing = { ok: false, references: [] };
    expect(secondOpinion('<a/>', publicKey)).to.deep.equal({ ...nothing, problem: 'no Signature found' });
    expect(secondOpinion('text', publicKey).ok).to.equal(false);
    expect(secondOpinion('', publicKey).ok).to.equal(false);
    expect(secondOpinion('<ds:Signature xmlns:ds="http://www.w3.org/2000/09/xmldsig#"/>', publicKey).ok).to.equal(
      false,
    );
  });

  it('refuses a reference that is not to one Id', () => {
    const problem = (uri: string, change: (t: string) => string = (t) => t): string | null | undefined =>
      secondOpinion(change(request({ references: ([one, ...more]) => [{ ...one!, uri }, ...more] })), publicKey)
        .references[0]?.problem;
    expect(problem('')).to.equal('not a reference to an Id');
    expect(problem("#x' or '1'='1")).to.equal('not a reference to an Id');
    expect(problem('#x"]|//*["')).to.equal('not a reference to an Id');
    expect(problem('#gone')).to.equal('no element has this Id');
    const twice = (t: string): string =>
      t.replace('<env:Header>', '<env:Header xmlns:i="urn:i" i:Id="twice"><a Id="twice"/>');
    expect(problem('#twice', twice)).to.equal('more than one element has this Id');
  });

  it('is of the key that is named, not of one in the message', () => {
    expect(secondOpinion(request(), service.parsed.publicKey)).to.deep.include({ ok: false });
  });

  describe('where the engines differ', () => {
    it('an algorithm that xml-crypto does not know', async () => {
      const uri = 'http://www.w3.org/2001/04/xmldsig-more#rsa-sha384';
      const report = await verify(
        request({ signature: { uri, sign: (octets, k) => signOctets('sha384', octets, k) } }),
      );
      expect([report.broken, report.signature?.ok, report.second.ok]).to.deep.equal([null, true, false]);
      expect(report.second.problem).to.equal(`signature algorithm '${uri}' is not supported`);
    });

    it('a character that its reader takes for a line end', async () => {
      const text = request({
        operation: `<o:HentPersonerForespoersel xmlns:o="${tns.uri}">\u0085</o:HentPersonerForespoersel>`,
      });
      const report = await verify(text);
      expect([report.broken, oks(report)[BODY]]).to.deep.equal([null, true]);
      expect([report.second.ok, seconds(report)]).to.deep.equal([false, [true, false]]);
    });
  });
});
