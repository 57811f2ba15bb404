import { randomUUID } from 'node:crypto';
import {
  formidlingsId,
  type Formidling,
  type Koekvittering,
  type Meldingsnoekkel,
} from '../../src/domain/formidling.js';
import { mailbox } from './letters.js';
import { testTime } from './pki.js';

/* Messages that are passed on, and receipts that wait, good but for what a test changes. */

export const formidling = (changes: Partial<Formidling> = {}): Formidling => ({
  id: formidlingsId(randomUUID()),
  mottatt: testTime,
  eier: '310000019',
  mpc: { prioritet: 'PRIORITERT', id: 'wf:a' },
  meldingsId: randomUUID(),
  videreId: randomUUID(),
  art: 'digital',
  leverandoer: mailbox,
  konversasjonsId: '537DED9B-13b9-45d3-beca-750d1b3eed25',
  dokumentavsender: '310000019',
  regning: { avsender: '310000019', kostnadskode: 'K-17' },
  tilstand: 'MOTTATT',
  innhold: {
    conversationId: '537DED9B-13b9-45d3-beca-750d1b3eed25',
    sbd: '<StandardBusinessDocument>æøå</StandardBusinessDocument>',
    cms: { ref: 'ab'.repeat(16), size: 3, sha256: 'cd'.repeat(32) },
  },
  ...changes,
});

export const koekvittering = (changes: Partial<Koekvittering> = {}): Koekvittering => ({
  id: randomUUID(),
  mottatt: testTime,
  eier: '310000019',
  mpc: { prioritet: 'PRIORITERT', id: undefined },
  instansId: randomUUID(),
  sbd: '<kvittering/>',
  ...changes,
});

let keys = 0;
/** A key of its own, of content 1. */
export const noekkel = (changes: Partial<Meldingsnoekkel> = {}): Meldingsnoekkel => {
  const key = Buffer.alloc(32);
  key.writeUInt32BE(++keys);
  return { key, digest: Buffer.alloc(32, 1), expires: new Date(testTime.getTime() + 86_400_000), ...changes };
};
