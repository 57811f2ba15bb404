import { randomUUID } from 'node:crypto';
import { accessFor, certificateAllowed, mayUse } from '../domain/access.js';
import { formidlingsId, type Formidling, type Meldingsnoekkel } from '../domain/formidling.js';
import type { Clock, UnitOfWork } from '../domain/ports.js';
import type { SenderData } from '../domain/sender.js';
import type { Payloads } from '../domain/shipmentPorts.js';
import { Failure } from '../errors.js';
import { timedId } from './timedId.js';

/** A message of a sender, verified inside and out, with its package in the payload store. */
export type Melding = Omit<Formidling, 'id' | 'mottatt' | 'videreId' | 'tilstand'> & {
  readonly noekkel: Meldingsnoekkel;
};

export interface TaImotDeps {
  readonly unitOfWork: UnitOfWork;
  readonly clock: Clock;
  readonly payloads: Pick<Payloads, 'remove'>;
}

/**
 * Takes a message over in one transaction. Its package belongs to the use case from here: it is removed unless the message is new. When
 * the commit itself is in doubt it stays.
 * @returns whether it is new; the same one again changes nothing
 * @throws Failure MESSAGE_ID_USED
 */
export const taImotMelding =
  ({ unitOfWork, clock, payloads }: TaImotDeps) =>
  async ({ noekkel, ...melding }: Melding): Promise<boolean> => {
    const mottatt = clock.now();
    const formidling: Formidling = {
      ...melding,
      id: formidlingsId(timedId(mottatt)),
      mottatt,
      videreId: randomUUID(),
      tilstand: 'MOTTATT',
    };
    const seen = await unitOfWork(async (tx) => {
      const known = await tx.rememberMessage(noekkel);
      if (known === 'new') await tx.insertFormidling(formidling);
      return known;
    });
    // What cannot be removed is left to the sweep of the payload store.
    if (seen !== 'new') await payloads.remove(melding.innhold.cms.ref).catch(() => undefined);
    if (seen === 'other') throw new Failure('MESSAGE_ID_USED', `message ${melding.meldingsId} has other content`);
    return seen === 'new';
  };

/** Somebody who has signed: organisation number, and SHA-256 of the certificate in lower-case hex. */
export interface Underskriver {
  readonly organisasjonsnummer: string;
  readonly fingeravtrykk: string;
}

export interface TilgangDeps {
  readonly senders: () => SenderData;
  readonly clock: Clock;
}

function demandRegistered(data: SenderData, { organisasjonsnummer, fingeravtrykk }: Underskriver, now: Date): void {
  if (certificateAllowed(data, organisasjonsnummer, fingeravtrykk, now)) return;
  throw new Failure('INVALID_SECURITY_TOKEN', `certificate ${fingeravtrykk} is not that of ${organisasjonsnummer}`);
}

const noAccess = (organisasjon: string, owner: string): Failure =>
  new Failure('NO_ACCESS', `${organisasjon} for ${owner}: SDP`, { owner, service: 'SDP' });

/**
 * Whether `underskriver` may hand messages of `avsender` to the broker: its own, or those of a body that has let it act.
 * @throws Failure NO_ACCESS, INVALID_SECURITY_TOKEN
 */
export const kanFormidle =
  ({ senders, clock }: TilgangDeps) =>
  (underskriver: Underskriver, avsender: string): void => {
    const [data, now, { organisasjonsnummer }] = [senders(), clock.now(), underskriver];
    demandRegistered(data, underskriver, now);
    if (accessFor(data, organisasjonsnummer, avsender, 'SDP', now) === 'denied') {
      throw noAccess(organisasjonsnummer, avsender);
    }
  };

/**
 * Whether `underskriver` may fetch receipts: of what it has sent itself, whoever it acts for.
 * @throws Failure as `kanFormidle`
 */
export const kanHente =
  ({ senders, clock }: TilgangDeps) =>
  (underskriver: Underskriver): void => {
    const [data, now, { organisasjonsnummer }] = [senders(), clock.now(), underskriver];
    demandRegistered(data, underskriver, now);
    if (!mayUse(data, organisasjonsnummer, 'SDP', now)) throw noAccess(organisasjonsnummer, organisasjonsnummer);
  };
