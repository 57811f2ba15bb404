import { createSecretKey } from 'node:crypto';
import { mkdtemp, rm, utimes } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';
import type { BrokerRetention } from '../../src/domain/formidlingPorts.js';
import type { Retention } from '../../src/domain/shipmentPorts.js';
import { createMetrics } from '../../src/http/metrics.js';
import type { Log } from '../../src/log.js';
import { keepRetention } from '../../src/sending/retention.js';
import { openPayloads } from '../../src/store/payloads.js';

const clock = { now: () => new Date() };

async function* octets(): AsyncGenerator<Uint8Array> {
  yield Buffer.from('a letter');
}

describe('sending/retention', () => {
  let dir: string;
  before(async () => {
    dir = await mkdtemp(join(tmpdir(), 'posthorn-retention-'));
  });
  after(() => rm(dir, { recursive: true }));

  it('removes what is free and what a crash has left, counts both, logs both, and goes on after a failure', async () => {
    let tidied = 0;
    const payloads = {
      ...(await openPayloads({ dir, key: createSecretKey(Buffer.alloc(32, 1)), shareFiles: false })),
      tidy: async () => void tidied++,
    };
    const [free, needed, orphan] = [
      await payloads.put(octets()),
      await payloads.put(octets()),
      await payloads.put(octets()),
    ].map(({ ref }) => ref) as [string, string, string];
    const twoDaysAgo = new Date(Date.now() - 2 * 86_400_000);
    for (const ref of [needed, orphan]) await utimes(join(dir, ref.slice(0, 2), ref), twoDaysAgo, twoDaysAgo);
    const given = [free];
    let failures = 1;
    const retention: Retention = {
      forget: async () => {
        if (failures-- > 0) throw new Error('the database');
        return given.splice(0);
      },
      unknown: async (refs) => refs.filter((ref) => ref !== needed),
      since: async () => new Date(0),
    };
    let old = 1;
    const brokerRetention: BrokerRetention = {
      forgetMessages: async () => 0,
      forgetReceipts: async () => Math.max(0, old--),
    };
    const lines: unknown[] = [];
    const log: Log = {
      error: (message) => void lines.push(message),
      warn: (_, values) => void lines.push(values),
      info: (_, values) => void lines.push(values),
      debug: () => {},
      child: () => log,
    };
    const metrics = createMetrics();
    const deps = {
      retention,
      payloads,
      calendar: clock,
      clock,
      days: 0,
      brokerRetention,
      brokerDays: 35,
      log,
      metrics,
      timeIsRight: () => true,
    };
    const rounds = keepRetention(deps, { remove: 1, sweep: 1 });
    const left = async () => {
      const refs: string[] = [];
      for await (const { ref } of payloads.list()) refs.push(ref);
      return refs;
    };
    while ((await left()).length > 1) await sleep(5);
    await rounds.stop();
    expect(await left()).to.deep.equal([needed]);
    expect(tidied).to.be.at.least(1);
    const { body } = await metrics.exposition();
    for (const reason of ['retention', 'orphan'])
      expect(body).to.contain(`posthorn_payloads_removed_total{reason="${reason}"} 1`);
    expect(lines).to.have.deep.members([
      'removing stored contents failed; it is tried again',
      { reason: 'retention', removed: 1 },
      { reason: 'orphan', removed: 1 },
      { receipts: 1 },
    ]);
  });
});
