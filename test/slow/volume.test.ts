import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect } from 'chai';

/* What the benches measure, held against what SECURITY demands. */

const root = join(import.meta.dirname, '../..');

/** The JSON line that a bench ends with. */
async function bench(...args: readonly string[]): Promise<Readonly<Record<string, unknown>>> {
  const { stdout } = await promisify(execFile)('npm', ['run', '--silent', 'bench', '--', ...args], {
    cwd: root,
    maxBuffer: 64 * 1024 * 1024,
  });
  return JSON.parse(stdout.trim().split('\n').at(-1) ?? '') as Readonly<Record<string, unknown>>;
}

describe('much at once', function () {
  this.timeout(3_600_000);

  it('F38: one letter of 2 GB, by SwA: at most 512 MB of memory', async () => {
    const result = await bench('large', '--rounds', '1', '--mebibytes', '32', '--largest', '2048');
    expect((result['SwA largest'] as { peakMB: number }).peakMB).to.be.below(512);
  });

  for (const database of ['sqlite', 'mariadb'])
    it(`F40: a restart with 10,000 letters queued: first sent within 60 s, below 512 MB (${database})`, async () => {
      const result = await bench('queue', '--waiting', '10000', '--db', database);
      expect(result['readySeconds']).to.be.below(30);
      expect(result['firstDeliveries']).to.be.below(60);
      expect(result['rssMiB']).to.be.below(512);
    });

  it('F41: 100,000 letters queued while nobody took them: drained as fast in the end as at first, memory flat', async () => {
    const result = await bench('queue', '--waiting', '100000', '--db', 'mariadb');
    expect(result['lastToFirst']).to.be.at.least(0.8);
    expect(result['rssGrowthMiB']).to.be.below(16);
    expect(result['heapGrowthMiB']).to.be.below(16);
  });

  it('F32, F41: while a provider hangs with 10,000 letters, those for another are handed on in less than twice the time', async () => {
    const result = await bench('fairness', 'dead', '--rounds', '3');
    expect(result['dead']).to.be.an('object');
    for (const [name, ratio] of Object.entries(result['dead'] as Readonly<Record<string, unknown>>))
      if (name === 'ratio') expect(ratio).to.be.below(2);
  });
});
