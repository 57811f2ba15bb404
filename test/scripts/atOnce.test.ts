import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { runAtOnce, type Job } from '../../scripts/atOnce/jobs.js';

/** A job that runs JavaScript. */
const job = (name: string, code: string): Job => ({ name, command: [process.execPath, '-e', code] });
const says = (text: string): string => `console.log(${JSON.stringify(text)});`;

async function outcome(jobs: readonly Job[], limit = 2) {
  const written: string[] = [];
  const good = await runAtOnce(jobs, limit, (text) => written.push(text));
  return { good, blocks: written.slice(0, -1), last: written.at(-1)?.trim() };
}

describe('scripts/atOnce', () => {
  it('adds up what mocha counted, and is good when every job is', async () => {
    const jobs = [job('a', says('  12 passing (3s)\n  1 pending')), job('b', says('  30 passing (1m)')), job('c', '')];
    const { good, blocks, last } = await outcome(jobs);
    expect([good, blocks.length, last]).to.deep.equal([true, 3, '42 passed, 0 failed']);
  });

  it('writes what a job said whole, both streams, when it has ended', async () => {
    const slow = job('slow', `${says('begins')} setTimeout(() => { ${says('ends')} console.error('!'); }, 300);`);
    const { blocks } = await outcome([slow, job('fast', says('passes by'))]);
    expect(blocks.map((block) => block.replace(/\d+ s$/m, 'N s')).sort()).to.deep.equal([
      '\n--- fast, N s\npasses by\n',
      '\n--- slow, N s\nbegins\nends\n!\n',
    ]);
  });

  const failures: readonly (readonly [string, Job, string])[] = [
    [
      'fails',
      job('bad', `${says('  2 passing (1s)\n  3 failing')} process.exit(3)`),
      'bad: exit code 3\n3 passed, 3 failed',
    ],
    ['is not lint-clean', job('bad', 'process.exit(1)'), 'bad: exit code 1\n1 passed, 0 failed'],
    ['is killed', job('bad', "process.kill(process.pid, 'SIGKILL')"), 'bad: exit code SIGKILL\n1 passed, 0 failed'],
  ];
  for (const [what, bad, expected] of failures) {
    it(`is not good when one ${what}, and names it last`, async () => {
      const { good, blocks, last } = await outcome([bad, job('good', says('  1 passing (1s)'))]);
      expect([good, blocks.length, last]).to.deep.equal([false, 2, expected]);
    });
  }

  it('is not good when one cannot be started', async () => {
    const { good, last } = await outcome([{ name: 'none', command: ['/nothing/here'] }]);
    expect(good).to.equal(false);
    expect(last).to.match(/^none: .*ENOENT\n0 passed, 0 failed$/);
  });

  it('runs no more at a time than it may', async () => {
    const begun = Date.now();
    await outcome([job('a', 'setTimeout(() => {}, 200)'), job('b', 'setTimeout(() => {}, 200)')], 1);
    expect(Date.now() - begun).to.be.at.least(390);
  });
});

describe('the scripts of the tests', () => {
  const manifest = readFileSync(join(import.meta.dirname, '../../package.json'), 'utf8');
  const { scripts } = JSON.parse(manifest) as { scripts: Readonly<Record<string, string>> };
  const partsOf = (name: string): string[] =>
    /^tsx scripts\/atOnce\.ts (.*)$/.exec(scripts[name] ?? '')?.[1]?.split(' ') ?? [];
  const parts = partsOf('test:unit');

  it('are every one run by "npm test", with types', () => {
    expect(partsOf('test')).to.have.members(['types', ...parts]);
  });

  it('leave no folder out: what one of them takes, and only that, the rest passes over', () => {
    const folders = ['test:histories', 'test:mutants', ...parts].flatMap((name) => {
      const [, taken = ''] = /^mocha 'test\/([\w{},-]+)\/\*\*\/\*\.test\.ts'$/.exec(scripts[name] ?? '') ?? [];
      return taken.split(/[{},]/).filter((folder) => folder !== '');
    });
    expect(folders).to.have.length.above(2);
    const ignored = ['contract-shared', 'interop', 'slow', ...folders].join(',');
    expect(scripts['test:rest']).to.equal(`mocha --ignore 'test/{${ignored}}/**' 'test/**/*.test.ts'`);
  });
});
