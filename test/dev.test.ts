import { expect } from 'chai';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { runDevelopment, type DevelopmentOptions } from '../src/dev.js';
import { readRun, type Role, type Run } from '../src/run.js';
import { testCertsDir } from './support/gateway.js';
import type { Behaviour } from './support/standin/standin.js';

const standin = (role: Role): URL => new URL(`support/standin/${role}.ts`, import.meta.url);

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

async function runOf(dataDir: string): Promise<Run> {
  for (;;) {
    const run = await readRun(dataDir);
    if (run !== undefined) return run;
    await sleep(20);
  }
}

describe('npm start with stand-ins', () => {
  let dir = '';
  let dataDir = '';
  let printed: string[] = [];
  let controller = new AbortController();
  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), 'posthorn-'));
    dataDir = join(dir, 'data');
    printed = [];
    controller = new AbortController();
  });
  afterEach(() => rmSync(dir, { recursive: true }));

  const start = (behaviour: Partial<Record<Role, Behaviour>> = {}, options: Partial<DevelopmentOptions> = {}) =>
    runDevelopment({
      config: { dataDir, certsDir: 'certs/test' },
      env: {
        ...process.env,
        STANDIN_GATEWAY: behaviour.gateway ?? 'good',
        STANDIN_SANDBOX: behaviour.sandbox ?? 'good',
        STANDIN_DIARY: join(dir, 'diary'),
      },
      scripts: { gateway: standin('gateway'), sandbox: standin('sandbox') },
      prepare: async () => {},
      testPersons: [{ navn: 'fresh', personidentifikator: '03823012011', beskrivelse: 'everything fresh' }],
      print: (line) => printed.push(line),
      stop: controller.signal,
      ...options,
    });
  const diary = (): string[] => readFileSync(join(dir, 'diary'), 'utf8').trim().split('\n');
  const reason = (running: Promise<unknown>): Promise<string> =>
    running.then(
      () => 'no error',
      (error: Error) => error.message,
    );
  const nothingIsLeft = (): void => {
    expect(readdirSync(dataDir)).to.deep.equal(['data.key']);
  };

  it('runs both, writes run.json, prints where everything is, and on request ends both', async () => {
    const running = start();
    const run = await runOf(dataDir);
    expect(run.gateway.url).to.equal('http://gateway.test');
    expect(run.sandbox.url).to.equal('http://sandbox.test');
    expect(new Date(run.startedAt).toISOString()).to.equal(run.startedAt);
    expect(isRunning(run.gateway.pid) && isRunning(run.sandbox.pid)).to.equal(true);
    controller.abort();
    expect(await running).to.equal(0);
    const summary = printed.join('\n');
    const expected = ['http://gateway.test', 'a line of the gateway', 'http://sandbox.test', 'a line of the sandbox'];
    for (const words of [...expected, join('certs/test', 'NAME.p12'), '03823012011  fresh  everything fresh']) {
      expect(summary).to.include(words);
    }
    const next = /Next\n((?: {2}.+\n)+)/.exec(summary)?.[1]?.trim().split(/\n */);
    expect(next?.map((line) => /(?:npx posthorn|npm run) \w+/.exec(line)?.[0])).to.deep.equal([
      'npx posthorn lookup',
      'npx posthorn send',
      'npm run demo',
    ]);
    expect(diary()).to.include.members(['gateway stops', 'sandbox stops']);
    expect(isRunning(run.gateway.pid) || isRunning(run.sandbox.pid)).to.equal(false);
    nothingIsLeft();
  });

  it('prepares before the children start', async () => {
    let startedBefore = true;
    const prepare = async (): Promise<void> => {
      await sleep(50);
      startedBefore = existsSync(join(dir, 'diary'));
      controller.abort();
    };
    expect(await start({}, { prepare })).to.equal(0);
    expect(startedBefore).to.equal(false);
    nothingIsLeft();
  });

  for (const [role, other] of [
    ['gateway', 'sandbox'],
    ['sandbox', 'gateway'],
  ] as const) {
    it(`gives the reason when the ${role} cannot start, and ends the ${other}`, async () => {
      expect(await reason(start({ [role]: 'cannot start' }))).to.equal(`The ${role} has a reason. Do something.`);
      nothingIsLeft();
    });

    it(`says so when the ${role} ends by itself, ends the ${other}, and returns 1`, async () => {
      const running = start();
      const run = await runOf(dataDir);
      process.kill(run[role].pid, 'SIGKILL');
      expect(await running).to.equal(1);
      expect(printed.at(-1)).to.match(new RegExp(`^The ${role} ended by itself \\(signal SIGKILL\\).*npm start$`));
      expect(diary()).to.include(`${other} stops`);
      expect(isRunning(run[other].pid)).to.equal(false);
      nothingIsLeft();
    });
  }

  it('says so when a child ends while it is starting', async () => {
    expect(await reason(start({ gateway: 'dies at start' }))).to.match(
      /gateway ended while it was starting \(exit code 3\)/,
    );
    nothingIsLeft();
  });

  it('says so when a child is not ready in time', async () => {
    const running = start({ sandbox: 'never ready' }, { readyTimeoutMs: 500, graceMs: 500 });
    expect(await reason(running)).to.match(/ was not ready within 0.5 s/);
    nothingIsLeft();
  });

  it('can be stopped while the children start', async () => {
    const running = start({ gateway: 'never ready' }, { graceMs: 500 });
    while (!existsSync(join(dir, 'diary'))) await sleep(10);
    controller.abort();
    expect(await running).to.equal(0);
    expect(printed).to.deep.equal([]);
    nothingIsLeft();
  });

  it('kills a child that does not end in time', async () => {
    const running = start({ gateway: 'never stops' }, { graceMs: 300 });
    const run = await runOf(dataDir);
    controller.abort();
    expect(await running).to.equal(0);
    expect(isRunning(run.gateway.pid)).to.equal(false);
  });

  it('refuses to start twice on one data directory, and leaves the first alone', async () => {
    const running = start();
    const run = await runOf(dataDir);
    expect(await reason(start())).to.match(/Posthorn is already running/);
    expect(await readRun(dataDir)).to.deep.equal(run);
    expect(isRunning(run.gateway.pid)).to.equal(true);
    controller.abort();
    expect(await running).to.equal(0);
  });
});

describe('npm start', () => {
  let dir = '';
  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), 'posthorn-'));
  });
  afterEach(() => rmSync(dir, { recursive: true }));
  const npmStart = (environment: Record<string, string>) =>
    spawn(process.execPath, [...process.execArgv, join(import.meta.dirname, '../src/dev.ts')], {
      env: { PATH: process.env['PATH'], ...environment },
      stdio: ['ignore', 'pipe', 'pipe'],
    });

  it('brings up a gateway that is ready, and SIGTERM ends everything cleanly', async function () {
    this.timeout(60_000);
    const dataDir = join(dir, 'data');
    const environment = { POSTHORN_PORT: '0', POSTHORN_DATA_DIR: dataDir, POSTHORN_CERTS_DIR: testCertsDir };
    const process_ = npmStart(environment);
    const said = text(process_.stdout);
    const complained = text(process_.stderr);
    const run = await Promise.race([
      runOf(dataDir),
      once(process_, 'exit').then(async () => Promise.reject(new Error(await complained))),
    ]);
    expect((await fetch(`${run.gateway.url}/health/ready`)).status).to.equal(200);
    process_.kill('SIGTERM');
    expect(await once(process_, 'exit')).to.deep.equal([0, null]);
    expect(isRunning(run.gateway.pid) || isRunning(run.sandbox.pid)).to.equal(false);
    expect(await said)
      .to.include(run.gateway.url)
      .and.include('Test persons');
    expect(await complained).to.equal('');
    expect(await readRun(dataDir)).to.equal(undefined);
  });

  it('SECURITY 119: in production without configuration says all that is missing, and makes nothing', async () => {
    const dataDir = join(dir, 'data');
    const process_ = npmStart({ POSTHORN_MODE: 'production', POSTHORN_DATA_DIR: dataDir });
    const complained = text(process_.stderr);
    expect(await once(process_, 'exit')).to.deep.equal([1, null]);
    for (const name of ['DATA_KEY', 'TRUST_ANCHORS', 'OPPSLAGSTJENESTEN_KEYSTORE', 'CRL_FILES', 'TLS_KEY']) {
      expect(await complained).to.include(`POSTHORN_${name} `);
    }
    expect(existsSync(dataDir)).to.equal(false);
  });
});
