import { execFile, spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { promisify } from 'node:util';
import { expect } from 'chai';
import type { Command } from 'commander';
import { lookupCommand } from '../../src/cli/lookup.js';
import { PATH } from '../../src/contract/oppslagstjenesten/names.js';
import type { PersonInAnswer } from '../../src/contract/oppslagstjenesten/decode.js';
import { readRun } from '../../src/run.js';
import type { Run } from '../../src/run.js';
import { testpersons } from '../../src/sandbox/testpersons.js';
import { lookupDeps } from '../cli/wiring.js';
import { testCertsDir } from '../support/gateway.js';
import { runCommand } from '../support/runCommand.js';

/** What README promises of each test person, by name: status and varslingsstatus. */
const promised: Readonly<Record<string, string>> = {
  fresh: 'AKTIV KAN_VARSLES',
  'stale-mail': 'AKTIV KAN_VARSLES',
  'stale-mobile': 'AKTIV KAN_VARSLES',
  'both-stale': 'AKTIV KAN_IKKE_VARSLES',
  reserved: 'AKTIV KAN_IKKE_VARSLES',
  'no-contact': 'AKTIV KAN_IKKE_VARSLES',
  deleted: 'SLETTET KAN_IKKE_VARSLES',
  unknown: 'IKKE_REGISTRERT KAN_IKKE_VARSLES',
  digipost: 'AKTIV KAN_VARSLES',
  'e-boks': 'AKTIV KAN_VARSLES',
  'd-number': 'AKTIV KAN_VARSLES',
  '2032-number': 'AKTIV KAN_VARSLES',
};

const run = promisify(execFile);
const root = join(import.meta.dirname, '../..');
const source = (file: string): string[] => ['--import', 'tsx', join(root, 'src', file)];
const cast = testpersons(new Date());

/** The settings of this test and nobody else's. */
const environment = (dataDir: string): NodeJS.ProcessEnv => ({
  ...Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('POSTHORN_'))),
  POSTHORN_PORT: '0',
  POSTHORN_DATA_DIR: dataDir,
  POSTHORN_CERTS_DIR: testCertsDir,
});

/** Waits for run.json. @throws Error with what the process wrote, when it ends first */
async function whenReady(child: ChildProcess, dataDir: string, output: readonly string[]): Promise<Run> {
  for (;;) {
    const running = await readRun(dataDir);
    if (running !== undefined) return running;
    if (child.exitCode !== null) throw new Error(output.join(''));
    await wait(50);
  }
}

const isRunning = (pid: number): boolean => {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
};

describe('a newcomer', function () {
  this.timeout(120_000);
  const output: string[] = [];
  let dataDir: string;
  let child: ChildProcess;
  let running: Run;

  before(async () => {
    dataDir = await mkdtemp(join(tmpdir(), 'posthorn-newcomer-'));
    child = spawn(process.execPath, source('dev.ts'), { cwd: root, env: environment(dataDir) });
    for (const stream of [child.stdout, child.stderr]) {
      stream?.setEncoding('utf8').on('data', (text: string) => output.push(text));
    }
    running = await whenReady(child, dataDir, output);
  });
  after(async () => {
    if (child.exitCode === null && child.signalCode === null && child.kill('SIGKILL')) await once(child, 'exit');
    await rm(dataDir, { recursive: true, force: true });
  });

  const posthorn = async (...args: readonly string[]): Promise<string> => {
    const command = [...source('cli/main.ts'), ...args];
    const { stdout } = await run(process.execPath, command, { cwd: root, env: environment(dataDir) });
    return stdout;
  };
  const ids = cast.map((t) => t.personidentifikator);
  const seenIn = (json: string): Record<string, string> => {
    const persons = JSON.parse(json) as PersonInAnswer[];
    expect(persons.map((p) => p.personidentifikator)).to.deep.equal(ids);
    return Object.fromEntries(persons.map((p, i) => [cast[i]?.navn ?? '', `${p.status} ${p.varslingsstatus}`]));
  };
  const lookUpAll = async (...options: readonly string[]): Promise<Record<string, string>> =>
    seenIn(await posthorn('lookup', '--json', ...options, ...ids));
  /** The same in this process: most of the time of a program is its start. */
  const askAll = async ({ url }: { readonly url: string }): Promise<Record<string, string>> => {
    const add = (program: Command) => lookupCommand(program, lookupDeps(url + PATH));
    return seenIn((await runCommand(add, 'lookup', '--json', ...ids)).out);
  };

  it('starts with one command and is told where everything is', async () => {
    while (!output.join('').includes('Ctrl-C')) await wait(50);
    const told = output.join('');
    for (const text of [
      running.gateway.url,
      running.sandbox.url,
      `${running.gateway.url}${PATH}?wsdl`,
      'npm run demo',
    ]) {
      expect(told).to.contain(text);
    }
    for (const { personidentifikator, beskrivelse } of cast) {
      expect(told).to.contain(personidentifikator).and.to.contain(beskrivelse);
    }
  });

  it('looks all twelve test persons up, and finds them as README says', async () => {
    expect(await lookUpAll()).to.deep.equal(promised);
  });

  it('finds them in the sandbox too', async () => {
    expect(await lookUpAll('--url', `${running.sandbox.url}${PATH}`)).to.deep.equal(promised);
  });

  it('R-03: moves the calendar of both processes, in which contact data grows stale, while signatures keep the real time', async () => {
    const stale = Object.fromEntries(
      Object.entries(promised).map(([name, told]) => [name, told.replace('KAN_VARSLES', 'KAN_IKKE_VARSLES')]),
    );
    expect(await posthorn('sandbox', 'clock', '+600d')).to.contain('600 days ahead of the clock');
    await wait(2_000);
    expect(await askAll(running.gateway)).to.deep.equal(stale);
    expect(await askAll(running.sandbox)).to.deep.equal(stale);
    expect(await posthorn('sandbox', 'clock', 'reset')).to.contain("it is the clock's");
    await wait(2_000);
    expect(await askAll(running.gateway)).to.deep.equal(promised);
  });

  it('sees the gateway live and ready', async () => {
    for (const path of ['/health/live', '/health/ready', '/metrics', `${PATH}?wsdl`]) {
      expect((await fetch(running.gateway.url + path)).status, path).to.equal(200);
    }
  });

  it('stops both processes with one signal, and nothing is left of them', async () => {
    const ended = once(child, 'exit');
    child.kill('SIGTERM');
    const [code] = (await ended) as [number | null];
    expect(code, output.join('')).to.equal(0);
    expect([running.gateway.pid, running.sandbox.pid].filter(isRunning)).to.deep.equal([]);
    expect(await readRun(dataDir)).to.equal(undefined);
  });
});
