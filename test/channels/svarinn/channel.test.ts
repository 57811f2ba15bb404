import { expect } from 'chai';
import { svarinnChannel } from '../../../src/channels/svarinn/channel.js';
import type { Mottakersystem } from '../../../src/domain/svarut/bestilling.js';
import { forsendelseAv } from '../../../src/domain/svarut/forsendelse.js';
import { codeOf } from '../../application/shipping.js';
import { ids, letter, toMailbox } from '../../support/letters.js';
import { memoryPayloads } from '../../support/memoryPayloads.js';
import { svarutDocument, svarutOrder } from '../../support/svarutOrder.js';

const system = (brukernavn: string): Mottakersystem => ({
  brukernavn,
  navn: 'Arkiv',
  mottakerid: '1',
  orgnr: '310000027',
  forsendelseType: null,
  nivaa: null,
  sertifikat: Buffer.from(`certificate of ${brukernavn}`),
});

describe('channels/svarinn', () => {
  const names = [`${'x'.repeat(200)}.pdf`, 'a.b'];
  const konto = { organisasjonsnummer: '310000019', returadresse: null, varsel: { epost: null, sms: null } };
  const order = svarutOrder({ dokumenter: names.map((filnavn) => svarutDocument({ filnavn })) });
  const shipment = letter({
    forsendelse: forsendelseAv(order, konto, ids.shipment),
    beslutning: { ...toMailbox, kanal: 'SVARINN', leverandoer: 'mottak' },
  });
  const blob = { ref: 'packed', size: 1, sha256: '00' };
  const channel = (systems: readonly Mottakersystem[], packed: unknown[] = []) =>
    svarinnChannel({
      payloads: memoryPayloads(),
      pakk: async (filer, sertifikat) => {
        packed.push([filer.map(({ navn }) => navn), sertifikat.toString()]);
        return blob;
      },
      mottakersystemer: async () => systems,
    });

  it('packs the documents in order, by the names of their sender, to the system that was chosen', async () => {
    const packed: unknown[] = [];
    const pakke = await channel([system('another'), system('mottak')], packed).prepare(shipment);
    expect(pakke).to.deep.equal({ meldingsId: shipment.meldingsId, sbd: null, cms: blob });
    expect(packed).to.deep.equal([[names, 'certificate of mottak']]);
  });

  it('waits for a system that is not registered any more', async () => {
    expect(await codeOf(channel([system('another')]).prepare(shipment))).to.equal('UNAVAILABLE');
  });

  it('sends nothing out: the letter is ready', async () => {
    expect(await channel([]).deliver(shipment)).to.deep.equal({ type: 'sent' });
  });
});
