import { expect } from 'chai';
import type { SenderData } from '../../../src/domain/sender.js';
import type { ErrorCode } from '../../../src/errors.js';
import { fingerprint } from '../../../src/security/x509.js';
import { hentEndringer } from '../../support/messages.js';
import type { MessageKey, RequestSpec } from '../../support/messages.js';
import { makeChain, testTime } from '../../support/pki.js';
import { refusal, request, senders, useDoor } from './door.js';
import { base } from './judge.js';

const always = { fra: new Date('2014-11-19T00:00:00Z'), til: null };
const ended = { fra: always.fra, til: testTime };

describe('the endpoint knows who may', () => {
  const { posted, under } = useDoor();
  const judged = (changes: Partial<SenderData>, spec: Partial<RequestSpec> = {}): Promise<string> =>
    under({ senders: { ...senders, ...changes } }, () => posted(request(spec)));
  const supplier: MessageKey = base.other;
  const organisasjoner = senders.organisasjoner;
  const delegeringer = [{ leverandoer: '310000027', oppdragsgiver: '310000019', ...always }];
  const acting = { key: supplier, paaVegneAv: '310000019' };
  const mine = senders.sertifikater[0]!;
  const renewed = makeChain({ leaf: { serial: 4711n } }).keyStore;
  const both = [mine, { ...mine, fingeravtrykk: fingerprint(renewed.certificate) }];

  const rows: readonly (readonly [
    security: number,
    string,
    ErrorCode | 'answered',
    Partial<SenderData>,
    Partial<RequestSpec>?,
  ])[] = [
    [86, 'a known organisation without the right', 'NO_ACCESS', {}, { key: supplier }],
    [86, 'an organisation that is not known', 'NO_ACCESS', { organisasjoner: organisasjoner.slice(1) }],
    [
      86,
      'an organisation that was ended',
      'NO_ACCESS',
      { organisasjoner: organisasjoner.map((o) => ({ ...o, ...ended })) },
    ],
    [86, 'a right for another service', 'NO_ACCESS', {}, { operation: hentEndringer('0') }],
    [86, 'a right that was ended', 'NO_ACCESS', { rettigheter: senders.rettigheter.map((r) => ({ ...r, ...ended })) }],
    [
      86,
      'a right that has not begun',
      'NO_ACCESS',
      { rettigheter: senders.rettigheter.map((r) => ({ ...r, fra: new Date(testTime.getTime() + 1) })) },
    ],
    [86, 'a supplier without a mandate', 'NO_ACCESS', {}, acting],
    [86, 'a supplier with a mandate', 'answered', { delegeringer }, acting],
    [
      86,
      'a supplier whose mandate was ended',
      'NO_ACCESS',
      { delegeringer: delegeringer.map((d) => ({ ...d, ...ended })) },
      acting,
    ],
    [
      86,
      'a supplier while another has the mandate',
      'NO_ACCESS',
      { delegeringer: [{ ...delegeringer[0]!, leverandoer: '310000035' }] },
      acting,
    ],
    [
      86,
      'a supplier with a mandate of somebody else',
      'NO_ACCESS',
      { delegeringer: [{ ...delegeringer[0]!, oppdragsgiver: '310000035' }] },
      acting,
    ],
    [
      86,
      'the way back of a mandate',
      'NO_ACCESS',
      { delegeringer, rettigheter: [{ ...senders.rettigheter[0]!, organisasjon: '310000027' }] },
      { paaVegneAv: '310000027' },
    ],
    [86, 'a mandate of one without the right', 'NO_ACCESS', { delegeringer, rettigheter: [] }, acting],
    [83, 'acting for another by name only', 'NO_ACCESS', {}, { paaVegneAv: '310000027' }],
    [86, 'a certificate that is not the registered one', 'INVALID_SECURITY_TOKEN', {}, { key: renewed }],
    [
      86,
      'a certificate registered for another',
      'INVALID_SECURITY_TOKEN',
      { sertifikater: [mine, { ...both[1]!, organisasjonsnummer: '310000027' }] },
      { key: renewed },
    ],
    [87, 'the old certificate while both are registered', 'answered', { sertifikater: both }],
    [87, 'the new certificate while both are registered', 'answered', { sertifikater: both }, { key: renewed }],
    [
      87,
      'the old certificate when it was ended',
      'INVALID_SECURITY_TOKEN',
      { sertifikater: [{ ...mine, ...ended }, both[1]!] },
    ],
    [
      87,
      'the new certificate before it begins',
      'INVALID_SECURITY_TOKEN',
      { sertifikater: [mine, { ...both[1]!, fra: new Date(testTime.getTime() + 1) }] },
      { key: renewed },
    ],
    [87, 'any certificate where none is registered', 'answered', { sertifikater: [] }, { key: renewed }],
  ];
  for (const [security, what, outcome, changes, spec] of rows) {
    it(`SECURITY ${security}: ${what}`, async () => {
      expect(await judged(changes, spec)).to.equal(outcome === 'answered' ? 'answered' : refusal(outcome));
    });
  }
});
