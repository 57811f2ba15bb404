import { expect } from 'chai';
import { fork, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { ConfigError } from '../src/config.js';
import { Failure } from '../src/errors.js';
import { isLasting, lockDataDir, readRun, reasonOf, removeRun, writeRun } from '../src/run.js';
import type { Behaviour } from './support/standin/standin.js';

const script = join(import.meta.dirname, 'support/standin/gateway.ts');

describe('run', () => {
  let dir = '';
  const environment = (behaviour: Behaviour): NodeJS.ProcessEnv => ({
    ...process.env,
    STANDIN_GATEWAY: behaviour,
    STANDIN_DIARY: join(dir, 'diary'),
  });
  const diary = (): string => readFileSync(join(dir, 'diary'), 'utf8');
  const forked = (behaviour: Behaviour): ChildProcess =>
    fork(script, { env: environment(behaviour), execArgv: process.execArgv, stdio: ['ignore', 'pipe', 'pipe', 'ipc'] });
  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), 'posthorn-'));
  });
  afterEach(() => rmSync(dir, { recursive: true }));

  describe('run.json', () => {
    const run = {
      gateway: { url: 'http://a', pid: 1 },
      sandbox: { url: 'http://b', pid: 2 },
      startedAt: '2026-01-01T00:00:00.000Z',
    };

    it('is written whole, read, and removed', async () => {
      expect(await readRun(dir)).to.equal(undefined);
      await writeRun(dir, run);
      expect(await readRun(dir)).to.deep.equal(run);
      expect(readdirSync(dir)).to.deep.equal(['run.json']);
      await removeRun(dir);
      await removeRun(dir);
      expect(await readRun(dir)).to.equal(undefined);
    });
  });

  describe('the lock on a data directory', () => {
    const refusal = (): Promise<string> =>
      lockDataDir(dir).then(
        () => 'taken',
        (error: Error) => error.message,
      );

    it('is held by one, who can give it back', async () => {
      const release = await lockDataDir(dir);
      expect(await refusal()).to.match(/already running on .* \(process \d+\)\. Stop it, or set POSTHORN_DATA_DIR/);
      await release();
      expect(readdirSync(dir)).to.deep.equal([]);
      await (
        await lockDataDir(dir)
      )();
    });

    it('is won by exactly one of many', async () => {
      const tries = await Promise.allSettled(Array.from({ length: 20 }, () => lockDataDir(dir)));
      expect(tries.filter(({ status }) => status === 'fulfilled')).to.have.length(1);
    });

    it('is taken over from a process that has ended', async () => {
      const ended = spawn(process.execPath, ['-e', '']);
      await once(ended, 'exit');
      for (const left of [`${ended.pid} 123\n`, '', 'x y\n', '-1 \n']) {
        writeFileSync(join(dir, 'posthorn.lock'), left);
        await (
          await lockDataDir(dir)
        )();
      }
    });

    it('is taken over from an earlier process with the number of a running one', async function () {
      if (!existsSync('/proc/self/stat')) this.skip();
      writeFileSync(join(dir, 'posthorn.lock'), `${process.pid} 1\n`);
      await (
        await lockDataDir(dir)
      )();
    });
  });

  describe('reasonOf', () => {
    it('is the sentence of an error for people, and the stack of a fault of ours', () => {
      expect(reasonOf(new Error('Port 1 is taken. Use another.'))).to.equal('Port 1 is taken. Use another.');
      expect(reasonOf(new TypeError('x is undefined'))).to.match(/^TypeError: x is undefined\n\s+at /);
      expect(reasonOf('text')).to.equal('text');
    });
  });

  describe('isLasting', () => {
    const cases: readonly (readonly [unknown, boolean])[] = [
      [new Error('The data key is another. Use the right one.'), true],
      [new ConfigError([]), true],
      [Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' }), false],
      [new Failure('UNAVAILABLE', 'no database'), false],
      [new TypeError('x is undefined'), false],
      ['text', false],
    ];
    for (const [error, lasting] of cases)
      it(`${String(error)}: ${lasting}`, () => expect(isLasting(error)).to.equal(lasting));
  });

  describe('runProcess', () => {
    it('tells its parent that it is ready, and on SIGTERM stops once and ends with 0', async () => {
      const child = forked('good');
      const [message] = (await once(child, 'message')) as [unknown];
      expect(message).to.deep.equal({
        ready: true,
        role: 'gateway',
        url: 'http://gateway.test',
        summary: ['a line of the gateway'],
      });
      child.kill('SIGTERM');
      child.kill('SIGINT');
      expect(await once(child, 'exit')).to.deep.equal([0, null]);
      expect(diary()).to.equal('gateway starts\ngateway stops\n');
    });

    it('ends with 1, and says why, when after it was ready it turns out that it can never begin', async () => {
      const child = forked('cannot begin');
      const messages: unknown[] = [];
      child.on('message', (message) => messages.push(message));
      expect(await once(child, 'exit')).to.deep.equal([1, null]);
      expect(messages.at(-1)).to.deep.equal({
        ready: false,
        role: 'gateway',
        reason: 'The gateway can never begin.',
        lasting: true,
      });
      expect(messages).to.have.length(2);
    });

    it('stops when its parent is gone', async () => {
      const child = forked('good');
      await once(child, 'message');
      child.disconnect();
      expect(await once(child, 'exit')).to.deep.equal([0, null]);
      expect(diary()).to.include('gateway stops');
    });

    it('stops when it is asked to while it starts', async () => {
      const child = forked('good');
      await once(child, 'spawn');
      child.disconnect();
      expect(await once(child, 'exit')).to.deep.equal([0, null]);
      expect(diary()).to.equal('gateway starts\ngateway stops\n');
    });

    it('tells its parent why it cannot start, and ends with 1', async () => {
      const child = forked('cannot start');
      const said = text(child.stderr ?? process.stdin);
      const [message] = (await once(child, 'message')) as [unknown];
      expect(message).to.deep.equal({
        ready: false,
        role: 'gateway',
        reason: 'The gateway has a reason. Do something.',
        lasting: true,
      });
      expect(await once(child, 'exit')).to.deep.equal([1, null]);
      expect(await said).to.equal('');
    });

    it('without a parent tells the terminal, once', async () => {
      const child = spawn(process.execPath, [...process.execArgv, script], { env: environment('cannot start') });
      const said = text(child.stderr);
      expect(await once(child, 'exit')).to.deep.equal([1, null]);
      expect(await said).to.equal('The gateway has a reason. Do something.\n');
    });

    it('ends with 1 when it cannot stop', async () => {
      const child = forked('cannot stop');
      await once(child, 'message');
      child.kill('SIGTERM');
      expect(await once(child, 'exit')).to.deep.equal([1, null]);
    });
  });
});
