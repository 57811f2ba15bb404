import { spawnSync } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { verifyCommand } from '../../src/cli/verify.js';
import { tns } from '../../src/contract/oppslagstjenesten/names.js';
import type { EnvelopeReport } from '../../src/diagnosis/report.js';
import { ensureDevelopmentPki } from '../../src/sandbox/pki/development.js';
import { parseCertificate } from '../../src/security/x509.js';
import { signingKey } from '../../src/security/sign.js';
import { dotnetEnvelope, hentPersonerBody } from '../interop/dotnetlike.js';
import { makeAnswer } from '../support/answers.js';
import type { AnswerSpec } from '../support/answers.js';
import { testCertsDir } from '../support/gateway.js';
import { goodRequest, swap } from '../support/messages.js';
import type { MessageKey } from '../support/messages.js';
import { makeChain, testTime } from '../support/pki.js';
import type { CommandRun } from '../support/runCommand.js';
import { runCommand } from '../support/runCommand.js';
import { certs, main, verifyDeps } from './wiring.js';

describe('cli/verify', () => {
  let folder: string;
  let sender: MessageKey;
  let answer: (spec?: AnswerSpec) => Promise<string>;
  before(async function () {
    this.timeout(60_000);
    folder = mkdtempSync(join(tmpdir(), 'posthorn-verify-'));
    const { identities } = await ensureDevelopmentPki(testCertsDir);
    sender = identities.sender;
    const { privateKey, certificate } = identities.oppslagstjenesten;
    const recipient = parseCertificate(sender.certificate);
    answer = (spec) =>
      makeAnswer({ signer: signingKey(privateKey, certificate), recipient, created: new Date(), ...spec });
  });
  after(() => rmSync(folder, { recursive: true }));

  const saved = (octets: string | Buffer): string => {
    const file = join(folder, 'envelope.xml');
    writeFileSync(file, octets);
    return file;
  };
  const run = (octets: string | Buffer, ...options: readonly string[]): Promise<CommandRun> =>
    runCommand((program) => verifyCommand(program, verifyDeps), 'verify', saved(octets), ...options);
  const good = (): string => goodRequest({ key: sender }).text;
  const tampered = (): string => swap(good(), '>23863814839<', '>23863814838<');

  it('a good request: every reference, every rule and the other engine say yes; exit code 0', async () => {
    const { code, out, err } = await run(good());
    expect([code, err]).to.deep.equal([0, '']);
    expect(out).to.match(/^SOAP 1\.2, \{http:\/\/kontaktinfo[^}]*\}HentPersonerForespoersel$/m);
    expect(out).to.match(/^ok {3}Reference #TS-\S+ → Envelope\/Header\/Security\/Timestamp$/m);
    expect(out).to.match(/^ok {3}Reference #B-\S+ → Envelope\/Body$/m);
    expect(out).to.match(/^ok {3}SignatureValue \(http.*rsa-sha256\)$/m);
    expect(out).to.match(/^ok {3}Every rule of the policy holds\.$/m);
    expect(out).to.match(/^Second opinion \(xml-crypto\): ok\n {2}ok {3}#TS-\S+\n {2}ok {3}#B-\S+\n$/m);
    expect(out).to.match(/^ {2}orgnr {6}310000019$/m);
    expect(out).to.match(/^ {2}trust {6}not held against any authority/m);
    expect(out).not.to.match(/FAIL|do not agree|encrypt|confirms/);
  });

  it('a changed request: which reference, its octets and digests, the rule, the other engine; exit code 1', async () => {
    const { code, out, err } = await run(tampered());
    expect([code, err]).to.deep.equal([1, '']);
    expect(out).to.match(/^ok {3}Reference #TS-/m);
    const [, shown] = /^(FAIL Reference #B-[^]*?)^ok {3}SignatureValue/m.exec(out) ?? [];
    expect(shown).to.match(/→ Envelope\/Body\n {7}the digest of the canonical octets is another\n/);
    expect(shown).to.match(/ {7}transform http:\/\/www\.w3\.org\/2001\/10\/xml-exc-c14n#\n/);
    expect(shown).to.match(/ {7}digest {4}http.*sha256\n {7}expected {2}\S{44}\n {7}actual {4}\S{44}\n/);
    expect(shown).to.match(/ {7}canonical octets:\n<env:Body [^\n]*>23863814838<[^\n]*<\/env:Body>\n$/);
    expect(out).to.match(/^FAIL The first rule that is broken: FAILED_CHECK: digest of Body does not match$/m);
    expect(out).to.match(
      /^Second opinion \(xml-crypto\): FAIL: does not match\n {2}ok {3}#TS-\S+\n {2}FAIL #B-\S+: does not match$/m,
    );
    expect(out).not.to.contain('do not agree');
  });

  it('a changed SignedInfo: its canonical octets', async () => {
    const changed = good().replace(/(<ds:DigestValue>)[^<]*/, `$1${'A'.repeat(43)}=`);
    const { code, out } = await run(changed);
    expect(code).to.equal(1);
    expect(out).to.match(
      /^FAIL SignatureValue .*\n {7}SignatureValue is not over this SignedInfo by this key\n {7}canonical SignedInfo:\n<ds:SignedInfo /m,
    );
  });

  it('--json: the report as it is, on the output, with the same exit code', async () => {
    const first = await run(good(), '--json');
    const report = JSON.parse(first.out) as EnvelopeReport;
    expect([first.code, report.broken, report.second.ok, report.encryption]).to.deep.equal([0, null, true, null]);
    expect(report.references.map((r) => r.ok)).to.deep.equal([true, true]);
    expect(new Date(report.times?.created ?? '').getTime()).to.be.closeTo(Date.now(), 60_000);
    const second = await run(tampered(), '--json');
    const broken = JSON.parse(second.out) as EnvelopeReport;
    expect([second.code, broken.broken?.code]).to.deep.equal([1, 'FAILED_CHECK']);
    expect(broken.references[1]?.canonical).to.contain('23863814838');
  });

  it('--trust: held against the authorities that are named', async () => {
    const believed = await run(good(), '--trust', certs('ca.pem'));
    expect(believed.code).to.equal(0);
    expect(believed.out).to.match(/^ {2}trust {6}trusted$/m);
    const other = join(folder, 'other.pem');
    writeFileSync(other, new X509Certificate(makeChain().root).toString());
    const unbelieved = await run(good(), '--trust', other);
    expect(unbelieved.code).to.equal(1);
    expect(unbelieved.out).to.match(/^ {2}trust {6}NOT trusted/m);
    expect(unbelieved.out).to.match(/^FAIL The first rule that is broken: INVALID_SECURITY_TOKEN/m);
  });

  it('--at: judged at another time than when it was made', async () => {
    const old = goodRequest({ key: sender, at: testTime }).text;
    const outcome = async (...options: readonly string[]): Promise<readonly [number, boolean]> => {
      const { code, out } = await run(old, ...options);
      return [code, out.includes('MESSAGE_EXPIRED')];
    };
    expect(await outcome()).to.deep.equal([0, false]);
    expect(await outcome('--at', '2026-03-02T12:01:59Z')).to.deep.equal([0, false]);
    expect(await outcome('--at', '2026-03-02T12:02:01Z')).to.deep.equal([1, true]);
    expect(await outcome('--at', 'now')).to.deep.equal([1, true]);
    const { code, err } = await run(old, '--at', 'yesterday');
    expect(code).to.equal(2);
    expect(err).to.match(/Give an instant such as 2026-11-21T12:00:00Z, or now\./);
  });

  describe('an answer', () => {
    it('with the key of its receiver: is judged as it was before encryption', async () => {
      const { code, out } = await run(
        await answer(),
        '--answer',
        '--key',
        certs('sender.p12'),
        '--trust',
        certs('ca.pem'),
      );
      expect(code).to.equal(0);
      expect(out).to.contain(`{${tns.uri}}HentPersonerRespons`);
      expect(out).to.match(/^encryption {3}Body was encrypted; it is judged as it was before encryption$/m);
      expect(out).to.match(/^confirms {5}the request with SignatureValue c2lnbmF0dXJl$/m);
      expect(out.match(/^ok {3}Reference /gm)).to.have.length(3);
      expect(out).to.match(/^Second opinion \(xml-crypto\): ok$/m);
    });

    it('without a key: says what cannot be checked and what to do, and accuses nobody; exit code 1', async () => {
      const { code, out } = await run(await answer(), '--answer');
      expect(code).to.equal(1);
      expect(out).to.match(/^encryption {3}Body is encrypted and was not opened: no key was given$/m);
      expect(out).to.match(/Name the key store of the one it was encrypted to with --key\./);
      expect(out).to.match(/^\? {4}Reference #id-\S+ → Envelope\/Body\n {7}encrypted: cannot be checked$/m);
      expect(out.match(/^ok {3}Reference /gm)).to.have.length(2);
      expect(out).to.match(/^\? {4}Every rule that can be checked holds, but Body is still encrypted\.$/m);
      expect(out).to.match(/^Second opinion \(xml-crypto\): not asked about the whole, for Body is encrypted$/m);
      expect(out).to.match(/^ {2}\? {4}#id-/m);
      expect(out).not.to.match(/FAIL|digest of Body|do not agree/);
    });

    it('without a key, and changed where it can be seen', async () => {
      const changed = swap(await answer(), 'Value="c2lnbmF0dXJl"', 'Value="b3RoZXI="');
      const { code, out } = await run(changed, '--answer');
      expect(code).to.equal(1);
      expect(out).to.match(
        /^FAIL The first rule that is broken: FAILED_CHECK: digest of SignatureConfirmation does not match$/m,
      );
    });

    it('with the key of another: it was not opened, and why', async () => {
      const { code, out } = await run(await answer(), '--answer', '--key', certs('sender2.p12'));
      expect(code).to.equal(1);
      expect(out).to.match(/^encryption {3}Body is encrypted and was not opened: decryption: /m);
      expect(out).not.to.match(/FAIL/);
    });

    it('changed in Body before it was encrypted', async () => {
      const { code, out } = await run(await answer({ encrypted: '<x/>' }), '--answer', '--key', certs('sender.p12'));
      expect(code).to.equal(1);
      expect(out).to.match(/canonical octets:\n<env:Body [^\n]*<x><\/x>/);
      expect(out).to.match(/^FAIL The first rule that is broken: FAILED_CHECK: digest of Body does not match$/m);
    });

    it('taken for a request: is told how to have it judged as an answer', async () => {
      const { code, out } = await run(await answer(), '--key', certs('sender.p12'));
      expect(code).to.equal(1);
      expect(out).to.match(/^FAIL The first rule that is broken: INVALID_SECURITY: unknown child of Security$/m);
      expect(out).to.match(/To judge it as an answer, add --answer\.$/m);
    });
  });

  describe('what the .NET client sends', () => {
    const dotnet = (paaVegneAv?: string): string => {
      const body = hentPersonerBody(['Person'], ['23863814839']);
      return dotnetEnvelope({ certs: testCertsDir, body, ...(paaVegneAv && { paaVegneAv }) }).xml;
    };

    it('verifies, a Timestamp without transforms too, and the engines agree', async () => {
      const { code, out } = await run(dotnet());
      expect(code).to.equal(0);
      expect(out).to.match(/^Second opinion \(xml-crypto\): ok\n {2}ok {3}#TS-\S+\n {2}ok {3}#id-\S+\n$/m);
    });

    it('names the rule that an unsigned PaaVegneAv breaks', async () => {
      const { code, out } = await run(dotnet('310000019'));
      expect(code).to.equal(1);
      expect(out).to.match(/^FAIL The first rule that is broken: FAILED_CHECK: Oppslagstjenesten is not signed$/m);
      expect(out).not.to.match(/^FAIL Reference/m);
    });

    it('changed around its Timestamp, shows how the octets came to differ', async () => {
      const { code, out } = await run(dotnet().replace('<env:Header>', '<env:Header xmlns:new="urn:new">'));
      expect(code).to.equal(1);
      expect(out).to.match(/transform none, which means http:\/\/www\.w3\.org\/TR\/2001\/REC-xml-c14n-20010315/);
      expect(out).to.match(/canonical octets:\n<wsu:Timestamp [^\n]*xmlns:new="urn:new"/);
    });
  });

  it('where the engines differ, says about what, and what may be the cause', async () => {
    const operation = `<o:HentPersonerForespoersel xmlns:o="${tns.uri}">\u2028</o:HentPersonerForespoersel>`;
    const { code, out } = await run(goodRequest({ key: sender, operation }).text);
    expect(code).to.equal(0);
    expect(out).to.match(
      /^ {5}The engines do not agree about #B-\S+\. The gateway goes by what stands above\.\n.*U\+0085 and U\+2028/m,
    );
  });

  it('SECURITY 30: shows control characters of the envelope, but does not send them to the terminal', async () => {
    const operation = `<o:X xmlns:o="${tns.uri}">\u009b2J\u202e</o:X>`;
    const text = swap(goodRequest({ key: sender, operation }).text, '\u009b2J', '\u009b3J');
    const human = await run(text);
    expect(human.out).to.contain('\\u009b3J\\u202e');
    const machine = await run(text, '--json');
    for (const { out } of [human, machine]) expect(out).not.to.match(/(?![\n])\p{Cc}|\u202e/u);
    const report = JSON.parse(machine.out) as EnvelopeReport;
    expect(report.references[1]?.canonical).to.contain('\u009b3J\u202e');
  });

  describe('what cannot be judged', () => {
    const sentence = async (octets: string | Buffer, ...options: readonly string[]): Promise<string> => {
      const { code, out, err } = await run(octets, ...options);
      expect([code, out]).to.deep.equal([1, '']);
      return err;
    };

    it('a file that is no XML: a sentence, and exit code 1', async () => {
      for (const octets of ['', 'Not found', '{"a":1}', Buffer.from([0x89, 0x50, 0x4e, 0x47, 0, 1, 2]), '<a><b></a>']) {
        expect(await sentence(octets)).to.match(
          /^\S+envelope\.xml cannot be taken apart: .+\. It must be one whole SOAP envelope in XML\.\n$/,
        );
      }
    });

    it('XML that is no envelope: what it is not', async () => {
      const { code, out } = await run('<html/>');
      expect(code).to.equal(1);
      expect(out).to.match(/^SOAP none, none$/m);
      expect(out).to.match(/^FAIL SignatureValue: there is no signature that could be read$/m);
      expect(out).to.match(/^FAIL The first rule that is broken: MALFORMED_XML: not a SOAP envelope$/m);
    });

    it('a file that is not there, or may not be read, whichever it is', async () => {
      const missing = join(folder, 'missing');
      const { code, err } = await runCommand((p) => verifyCommand(p, verifyDeps), 'verify', missing);
      expect([code, err]).to.deep.equal([
        1,
        `${missing} cannot be read (ENOENT). Check the name and that you may read it.\n`,
      ]);
      for (const option of ['--trust', '--key']) {
        expect(await sentence(good(), option, missing)).to.match(/missing cannot be read \(ENOENT\)/);
      }
      expect(await sentence(good(), '--key', folder)).to.match(/cannot be read \(EISDIR\)/);
    });

    it('SECURITY 117: takes the password from a file, and not from two places', async () => {
      const file = join(folder, 'password');
      const given = ['--key', certs('sender.p12'), '--password-file', file];
      writeFileSync(file, 'changeit\n');
      expect((await run(good(), ...given)).code).to.equal(0);
      writeFileSync(file, 'wrong\n');
      expect(await sentence(good(), ...given)).to.match(/password is wrong/);
      expect(await run(good(), ...given, '--password', 'changeit')).to.deep.equal({
        code: 2,
        out: '',
        err: 'Give --password or --password-file, not both.\n',
      });
    });

    it('a key store with another password, and one that is none', async () => {
      expect(await sentence(good(), '--key', certs('sender.p12'), '--password', 'wrong')).to.match(/password is wrong/);
      expect(await sentence(good(), '--trust', certs('sender.p12'))).to.match(/certificate/i);
      expect(await sentence(good(), '--key', certs('ca.pem'))).to.match(/^The key store is damaged, or is no PKCS#12/);
    });

    it('no file at all is a wrong call: exit code 2', async () => {
      const { code, err } = await runCommand((p) => verifyCommand(p, verifyDeps), 'verify');
      expect(code).to.equal(2);
      expect(err).to.contain("missing required argument 'file'");
    });
  });

  it('as a program: the report on the output, nothing on the error stream, and the exit code', function () {
    this.timeout(60_000);
    for (const [text, status] of [
      [good(), 0],
      [tampered(), 1],
    ] as const) {
      const outcome = spawnSync(process.execPath, ['--import', 'tsx', main, 'verify', saved(text)], {
        encoding: 'utf8',
      });
      expect([outcome.status, outcome.stderr]).to.deep.equal([status, '']);
      expect(outcome.stdout).to.contain('Second opinion (xml-crypto)');
    }
  });
});
