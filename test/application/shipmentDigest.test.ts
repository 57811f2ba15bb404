import { expect } from 'chai';
import { shipmentDigest } from '../../src/application/shipmentDigest.js';
import type { Forsendelse } from '../../src/domain/forsendelse.js';
import { shipping } from './shipping.js';

const ordered = async (changes: Partial<Forsendelse> = {}): Promise<Forsendelse> => ({
  ...(await shipping().letter()),
  avsender: '310000019',
  databehandler: '310000019',
  ...changes,
});
const digest = async (changes: Partial<Forsendelse> = {}): Promise<string> =>
  shipmentDigest(await ordered(changes)).toString('hex');

describe('application/shipmentDigest', () => {
  it('has 32 octets, the same each time', async () => {
    expect(shipmentDigest(await ordered())).to.have.length(32);
    expect(await digest()).to.equal(await digest());
  });

  it('is that of letters stored by earlier versions', () => {
    const innhold = { ref: '0'.repeat(32), size: 4, sha256: 'ab'.repeat(32) };
    const stored = {
      ...{ avsender: '310000019', databehandler: '310000019', tittel: 'Vedtak «æ»', varseltekst: null },
      virkningstidspunkt: new Date('2026-03-01T12:00:00.123Z'),
      hoveddokument: { filnavn: 'a.pdf', innhold },
      vedlegg: [],
    } as unknown as Forsendelse;
    expect(shipmentDigest(stored).toString('hex')).to.equal(
      '7b1f37547c048847f31729ce1d4c5ca61ecee889b2fe0a5f6d3c777c63e8c108',
    );
  });

  it('does not depend on the order of members, on where the octets lie, or on who brought the order', async () => {
    const letter = await ordered();
    const turned = Object.fromEntries(Object.entries(letter).reverse()) as unknown as Forsendelse;
    const elsewhere = { ...letter.hoveddokument, innhold: { ...letter.hoveddokument.innhold, ref: 'elsewhere' } };
    for (const same of [turned, { ...letter, hoveddokument: elsewhere }, { ...letter, databehandler: '310000035' }]) {
      expect(shipmentDigest(same)).to.deep.equal(shipmentDigest(letter));
    }
  });

  it('does not change when a later version knows a member that an old order left out', async () => {
    const later = { ...(await ordered()), nyttFelt: null } as Forsendelse;
    expect(shipmentDigest(later).toString('hex')).to.equal(await digest());
  });

  it('changes with every member, with the order of attachments, and with an instant of one millisecond', async () => {
    const { hoveddokument: main } = await ordered();
    const other = { ...main, innhold: { ...main.innhold, sha256: 'ff'.repeat(32) } };
    const changes: readonly Partial<Forsendelse>[] = [
      {},
      { avsender: '310000027' },
      { tittel: 'x' },
      { spraak: 'nn' },
      { kunDigitalt: true },
      { sikkerhetsnivaa: 3 },
      { virkningstidspunkt: new Date(0) },
      { virkningstidspunkt: new Date(1) },
      { varseltekst: { epost: 'a', sms: null } },
      { varseltekst: { epost: null, sms: 'a' } },
      { hoveddokument: other },
      { hoveddokument: { ...main, filnavn: 'x.pdf' } },
      { vedlegg: [main, other] },
      { vedlegg: [other, main] },
    ];
    const digests = await Promise.all(changes.map(digest));
    expect(new Set(digests).size).to.equal(changes.length);
  });
});
