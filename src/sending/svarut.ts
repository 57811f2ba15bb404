import type { SvarUtDeps } from '../application/svarut/deps.js';
import { glem, loepUtLesefrister } from '../application/svarut/lesefrister.js';
import { varsleOmLiggende } from '../application/svarut/drift.js';
import type { SvarInnDeps } from '../application/svarut/svarinn.js';
import { vetAtUlest } from '../application/svarut/sisteBlikk.js';
import { svarinnTjeneste, svarutTjeneste } from '../application/svarut/tjeneste.js';
import type { SvarInnTjeneste, SvarUtTjeneste } from '../application/svarut/tjenester.js';
import { contentCheck } from '../contract/document/check.js';
import { every, whileRight, type Rounds } from '../housekeeping.js';
import { decryptCms } from '../security/cms.js';
import { textHasher } from '../security/idHash.js';
import { decideAgain } from './shipments.js';
import type { Parts, SendingDeps } from './types.js';

/** Milliseconds between looks at letters whose time to be read is up, at what is forgotten, and at what receiving systems let lie. */
const ROUNDS_MS = { frist: 1_000, glem: 60_000, liggende: 60_000 };

export interface SvarUtServices {
  readonly svarut: SvarUtTjeneste;
  readonly svarinn: SvarInnTjeneste;
  readonly deps: SvarUtDeps & SvarInnDeps;
}

/** SvarUt and SvarInn put together. */
export function svarutServices(
  { store, dataKey }: SendingDeps,
  { payloads, shipments, databehandler }: Parts,
): SvarUtServices {
  const deps: SvarUtServices['deps'] = {
    ...shipments,
    unitOfWork: store.unitOfWork,
    svarut: store.svarut,
    payloads,
    merke: textHasher(dataKey),
    dekrypter: (octets) => decryptCms(octets, databehandler.store.privateKey, databehandler.certificate),
    kontroll: contentCheck,
    decideAgain: decideAgain(shipments, store.svarut),
  };
  return { svarut: svarutTjeneste(deps), svarinn: svarinnTjeneste(deps), deps };
}

/** Tells the operator of receiving systems that do not fetch their letters. */
const varsle = ({ log, metrics }: Pick<SendingDeps, 'log' | 'metrics'>, { svarut, clock }: SvarUtServices['deps']) =>
  varsleOmLiggende({
    svarut,
    clock,
    measured: (alle) =>
      metrics.svarinnLying(
        alle.map(({ mottakersystem: system, antall: letters, eldste }) => ({
          system,
          letters,
          seconds: (clock.now().getTime() - eldste.getTime()) / 1000,
        })),
      ),
    warned: ({ mottakersystem: system, antall: letters, eldste: oldest }) =>
      log.warn('a receiving system does not fetch its letters', { system, letters, oldest: oldest.toISOString() }),
  });

/**
 * Moves unread letters on when their time is up, and tells of those that lie with their receivers, for as long as it is not stopped. Many
 * processes may do it at once.
 */
export function keepDeadlines(
  {
    log,
    metrics,
    config,
    store,
    timeIsRight,
  }: Pick<SendingDeps, 'log' | 'metrics' | 'config' | 'store' | 'timeIsRight'>,
  { deps }: SvarUtServices,
  ms = ROUNDS_MS,
): Rounds {
  const fulgte = [
    ...(config.svarutUpstreamUrl === undefined ? [] : [store.overleveringer]),
    ...(config.altinnUrl === undefined ? [] : [store.altinn]),
  ];
  const loepUt = loepUtLesefrister({
    ...deps,
    vetAtUlest: vetAtUlest({ fulgte, clock: deps.clock }),
    failed: (error, shipmentId) =>
      log.error('an unread letter waits, for something here failed', { error, shipmentId }),
  });
  const failed = (error: unknown): void => log.error('looking for unread letters failed; it is tried again', { error });
  const rounds = [
    every(ms.frist, whileRight(timeIsRight, loepUt), failed),
    every(ms.glem, whileRight(timeIsRight, glem(deps)), failed),
    every(ms.liggende, varsle({ log, metrics }, deps), failed),
  ];
  return { stop: async () => void (await Promise.all(rounds.map((round) => round.stop()))) };
}
