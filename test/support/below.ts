import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadConfig } from '../../src/config.js';
import { PATH } from '../../src/contract/forsendelse/names.js';
import { prepareDevelopment } from '../../src/development.js';
import type { Shipment } from '../../src/domain/shipment.js';
import { sender, type Stand } from './forsendelser.js';
import { testCertsDir } from './gateway.js';
import { openDoors, untilStatus } from './sending.js';

/** A gateway that sends by a broker upstream. */
export interface Below {
  /** Address of Forsendelse v1. */
  readonly url: string;
  readonly logLines: readonly string[];
  stored(eksternRef: string): Promise<Shipment>;
  until(eksternRef: string, holds: (stand: Stand) => boolean, ms?: number): Promise<Stand>;
  stop(): Promise<void>;
}

/** Names the upstream, and makes the databehandler another than its own: one that may act for the sender. */
export const belowEnvironment = (upstreamUrl: string, dataDir: string): Readonly<Record<string, string>> => ({
  POSTHORN_PORT: '0',
  POSTHORN_DATA_DIR: dataDir,
  POSTHORN_CERTS_DIR: testCertsDir,
  POSTHORN_DATABEHANDLER_KEYSTORE: join(testCertsDir, 'supplier.p12'),
  POSTHORN_SDP_UPSTREAM_URL: upstreamUrl,
  POSTHORN_SDP_UPSTREAM_POLL_NORMAL: '1',
  POSTHORN_SDP_UPSTREAM_POLL_PRIORITERT: '1',
});

/** It is nobody's broker, so it has no key of one. @param changes of the environment */
export const belowConfig = (upstreamUrl: string, dataDir: string, changes: Readonly<Record<string, string>> = {}) => ({
  ...loadConfig({ ...belowEnvironment(upstreamUrl, dataDir), ...changes }),
  meldingsformidlerKeystore: '',
});

/** @param changes of the environment */
export async function startBelow(upstreamUrl: string, changes: Readonly<Record<string, string>> = {}): Promise<Below> {
  const dataDir = await mkdtemp(join(tmpdir(), 'posthorn-below-'));
  const config = belowConfig(upstreamUrl, dataDir, changes);
  const pki = await prepareDevelopment(config);
  const { url, store, lines, close } = await openDoors(config, pki, { now: () => new Date() });
  return {
    url: url + PATH,
    logLines: lines,
    stored: async (eksternRef) => {
      const shipment = await store.shipments.byRef(sender, eksternRef);
      if (shipment === undefined) throw new Error(`${eksternRef} is not stored`);
      return shipment;
    },
    until: (eksternRef, holds, ms) => untilStatus(url + PATH, eksternRef, holds, ms),
    stop: async () => {
      await close();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}
