import { expect } from 'chai';
import { hentPrintSertifikat } from '../../src/application/hentPrintSertifikat.js';
import { Failure } from '../../src/errors.js';
import { lookupTest, numbers, requester } from './lookups.js';

const utskrift = {
  organisasjonsnummer: '310000051',
  navn: 'UTSKRIFT',
  rolle: 'UTSKRIFT',
  sertifikat: Buffer.from('DER'),
} as const;

describe('application/hentPrintSertifikat', () => {
  it('R-08: gives the print supplier, and writes the look-up down, about nobody', async () => {
    const { store, deps } = await lookupTest([]);
    expect(await hentPrintSertifikat({ ...deps, utskrift })(requester())).to.equal(utskrift);
    const [event] = store.events();
    expect([event?.operasjon, event?.personer.length]).to.deep.equal(['HentPrintSertifikat', 0]);
  });

  it('is unavailable, and may be asked again, when there is no print supplier', async () => {
    const { deps } = await lookupTest([]);
    const outcome = await hentPrintSertifikat({ ...deps, utskrift: undefined })(requester()).catch((e: unknown) => e);
    expect(outcome).to.be.instanceOf(Failure).with.property('code', 'UNAVAILABLE');
  });

  it('needs OPPSLAGSTJENESTEN, and a request that is new', async () => {
    const { store, deps } = await lookupTest([]);
    const print = hentPrintSertifikat({ ...deps, utskrift });
    const denied = await print(requester({ organisasjon: numbers.stranger })).catch((e: unknown) => e);
    expect((denied as Failure).values).to.deep.equal({ owner: numbers.stranger, service: 'OPPSLAGSTJENESTEN' });
    expect(store.events()).to.deep.equal([]);
    const asks = requester();
    await print(asks);
    expect(await print(asks).catch((e: unknown) => e)).to.have.property('code', 'REPLAYED');
  });
});
