import { expect } from 'chai';
import { mkdtemp, rename, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { loadCrls, parseCrl } from '../../src/security/crl.js';
import { der } from '../../src/security/der.js';
import { pem } from '../../src/security/x509.js';
import type { CrlSpec } from '../../src/sandbox/pki/issue.js';
import { makeChain, serials, testTime, trustOf } from '../support/pki.js';

const good = makeChain();
const listOf = (issuingCrl: Partial<CrlSpec>): Buffer => makeChain({ issuingCrl }).issuingCrl;

describe('crl: reading', () => {
  it('reads issuer, times and serial numbers', () => {
    const revoked = [5n, 2n ** 120n].map((serial) => ({ serial, at: testTime }));
    const crl = parseCrl(listOf({ revoked, thisUpdate: testTime }));
    expect(crl.issuerName).to.equal('CN=Posthorn Development Issuing CA,O=Posthorn Development,C=NO');
    expect(crl.thisUpdate).to.deep.equal(testTime);
    expect([...crl.revoked]).to.deep.equal(['5', (2n ** 120n).toString()]);
  });

  const partial: Readonly<Record<string, string>> = {
    'a delta': '2.5.29.27',
    'a partitioned or indirect': '2.5.29.28',
  };
  for (const [kind, oid] of Object.entries(partial)) {
    it(`SECURITY 81: ${kind} list is not taken for a complete one`, () => {
      const extensions = [{ oid, critical: true, value: der.sequence() }];
      expect(() => parseCrl(listOf({ extensions }))).to.throw(/critical extension .* is not supported/);
    });
  }

  it('SECURITY 81: a list that was cut off is not a list', () => {
    for (let length = 0; length < good.issuingCrl.length; length++)
      expect(() => parseCrl(good.issuingCrl.subarray(0, length))).to.throw(/not a revocation list/);
  });
});

describe('crl: files', () => {
  let dir: string;
  let now: number;
  let reports: string[];
  const file = (name: string): string => join(dir, name);
  const options = () => ({
    everySeconds: 60,
    report: (problem: string) => reports.push(problem),
    monotonic: () => now,
  });
  const revoking = listOf({ revoked: [{ serial: serials.leaf, at: testTime }] });

  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), 'posthorn-crl-'));
    now = 0;
    reports = [];
    await writeFile(file('issuing.crl'), good.issuingCrl);
    await writeFile(file('root.pem'), `text\n${pem(good.rootCrl, 'X509 CRL')}`);
  });
  afterEach(() => rm(dir, { recursive: true }));

  const replace = async (name: string, content: Buffer | string): Promise<void> => {
    await writeFile(file('new'), content);
    await rename(file('new'), file(name));
  };
  const load = () => loadCrls([file('issuing.crl'), file('root.pem')], options());

  it('reads DER and PEM', async () => {
    expect((await load()).current().map(({ issuerName }) => issuerName.slice(0, 30))).to.deep.equal([
      'CN=Posthorn Development Issuin',
      'CN=Posthorn Development Root C',
    ]);
  });

  it('SECURITY 81: a file that changed revokes from the next look on, and an unchanged set stays the same value', async () => {
    const source = await load();
    const trust = trustOf(good, { crls: source.current });
    const before = source.current();
    await source.refresh();
    expect(source.current()).to.deep.equal(before);
    trust.check(good.leaf, testTime);
    await replace('issuing.crl', revoking);
    await source.refresh();
    expect(() => trust.check(good.leaf, testTime)).to.throw(/revoked/);
    expect(reports).to.deep.equal([]);
  });

  it('looks at the files by itself, but not before the interval is over', async () => {
    const source = await load();
    const revoked = (): number => source.current()[0]!.revoked.size;
    await replace('issuing.crl', revoking);
    now = 59_999;
    for (let i = 0; i < 20; i++) {
      expect(revoked()).to.equal(0);
      await sleep(10);
    }
    now = 60_000;
    while (revoked() === 0) await sleep(10);
    expect(reports).to.deep.equal([]);
  });

  it('keeps the old set, and says so, while a file is damaged, missing or without a list', async () => {
    const source = await load();
    const old = source.current();
    await truncate(file('issuing.crl'), 100);
    await source.refresh();
    await replace('issuing.crl', 'nothing');
    await source.refresh();
    await rm(file('issuing.crl'));
    await source.refresh();
    expect(source.current()).to.equal(old);
    expect(reports).to.have.length(3);
    for (const report of reports) expect(report).to.match(/issuing\.crl cannot be used: .*stay in use/);
    await replace('issuing.crl', revoking);
    await source.refresh();
    expect(source.current()[0]!.revoked.size).to.equal(1);
  });

  it('takes no half of a new set', async () => {
    const source = await load();
    await replace('issuing.crl', revoking);
    await truncate(file('root.pem'), 100);
    await source.refresh();
    expect(source.current()[0]!.revoked.size).to.equal(0);
  });

  it('does not start with a file that cannot be read', async () => {
    await rm(file('root.pem'));
    const error = await load().then(
      () => undefined,
      (e: Error) => e,
    );
    expect(error?.message).to.match(/root\.pem cannot be used/);
  });
});
