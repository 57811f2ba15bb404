import { expect } from 'chai';
import { good } from '../contract/document/support.js';
import { brev, sendBrev } from '../support/forsendelser.js';
import { startSending } from '../support/sending.js';
import type { SendingWorld } from '../support/sending.js';

describe('an installation that says which types letters are made of', function () {
  this.timeout(60_000);
  let world: SendingWorld;
  before(async () => {
    world = await startSending(undefined, {
      settings: () => ({ POSTHORN_MIME_TYPES: 'text/csv,application/ehf+xml,application/zip' }),
    });
  });
  after(() => world.stop());

  const send = async (mimetype: string, innhold: Uint8Array, vedlegg = false): Promise<string> => {
    const document = { filnavn: 'dokument.dat', tittel: 'Dokument', mimetype, innhold };
    const csv = { filnavn: 'tall.csv', tittel: 'Tall', mimetype: 'text/csv', innhold: Buffer.from('a;b') };
    const letter = vedlegg ? { hoveddokument: csv, vedlegg: [document] } : { hoveddokument: document };
    const { status, text } = await sendBrev(world.url, brev('digipost', letter));
    return status === 200 ? 'taken' : text;
  };

  it('R-33: takes those, an invoice as main document only, and no other', async () => {
    const invoice = good.get('application/ehf+xml')!;
    expect(await send('text/csv', Buffer.from('a;b\r\n'))).to.equal('taken');
    expect(await send('application/ehf+xml', invoice)).to.equal('taken');
    expect(await send('application/ehf+xml', invoice, true)).to.contain('mimetype is one of text/csv, application/zip');
    const one = 'mimetype is one of text/csv, application/ehf+xml, application/zip';
    expect(await send('application/pdf', good.get('application/pdf')!)).to.contain(one);
  });

  it('SECURITY 93: holds documents against them', async () => {
    const lie = Buffer.from('MZ\0');
    expect(await send('text/csv', lie)).to.contain('innhold is not text/csv: ');
    expect(await send('application/zip', lie)).to.contain('innhold is not application/zip: ');
    // What is not allowed is refused for that, whatever it is.
    expect(await send('application/pdf', lie)).to.contain('mimetype is one of');
  });
});
