import { expect } from 'chai';
import { vern } from '../../../src/channels/varsel/vern.js';
import { erEpostadresse } from '../../../src/domain/epostadresse.js';
import { varselemne } from '../../../src/domain/routing/notices.js';
import type { Varsel } from '../../../src/domain/varselPorts.js';
import { limits } from '../../../src/limits.js';
import { epost, sms } from '../../support/varsler.js';

describe('channels/varsel: the last look before a notice goes out', () => {
  it('lets both kinds pass', () => expect([vern(epost), vern(sms)]).to.deep.equal([undefined, undefined]));

  const refused: readonly (readonly [title: string, of: Varsel, change: Partial<Varsel>, reason: RegExp])[] = [
    ['a text with a national id', epost, { tekst: 'Til 15819010029' }, /^the text of a notice holds a number of 11/],
    ['an SMS with one', sms, { tekst: 'Til 158190-10029' }, /^the text of a notice holds a number of 11/],
    ['a subject with one', epost, { emne: 'Sak 15819010029' }, /^the subject of a notice holds a number of 11/],
    ['an empty text', sms, { tekst: ' ' }, /is empty/],
    ['an empty subject', epost, { emne: '' }, /^the subject of a notice is empty/],
    ['an e-mail without subject', epost, { emne: null }, /^the notice has no subject$/],
    ['a NUL in the text', sms, { tekst: 'a\u0000b' }, /^the text of the notice holds a control character$/],
    ['an escape in the text', epost, { tekst: 'a\u001b[31m' }, /^the text of the notice holds a control character$/],
    ['an address that is a number', epost, { adresse: '99990000' }, /^the e-mail address is none$/],
    ['a number that is an address', sms, { adresse: 'kari@example.com' }, /^the number is no Norwegian/],
  ];
  for (const [title, of, change, reason] of refused)
    it(`R-16: refuses ${title}`, () => expect(vern({ ...of, ...change })).to.match(reason));

  for (const bad of ['\r\n', '\n', '\r', '\u0000', '\u0085', '\u2028']) {
    const name = JSON.stringify(bad);
    it(`SECURITY 109: no header comes of ${name} in an address or a subject`, () => {
      expect(vern({ ...epost, adresse: `kari@example.com${bad}Bcc: ola@example.com` })).to.match(/address is none$/);
      expect(vern({ ...epost, adresse: `kari${bad}@example.com` })).to.match(/address is none$/);
      expect(vern({ ...sms, adresse: `99990000${bad}X: y` })).to.match(/^the number/);
      expect(vern({ ...epost, emne: `Brev${bad}Bcc: ola@example.com` })).to.match(/^the subject .* control character$/);
    });
  }

  it('holds the lengths of R-16, of a subject and of an address', () => {
    const around = (most: number, of: (n: number) => Varsel) =>
      [most - 1, most, most + 1].map((n) => vern(of(n)) === undefined);
    const upTo = [true, true, false];
    expect(around(160, (n) => ({ ...sms, tekst: 'ŋ'.repeat(n) }))).to.deep.equal(upTo);
    expect(around(500, (n) => ({ ...epost, tekst: 'ŋ'.repeat(n) }))).to.deep.equal(upTo);
    expect(around(limits.noticeSubject, (n) => ({ ...epost, emne: 'ŋ'.repeat(n) }))).to.deep.equal(upTo);
    const host = `@${'a'.repeat(63)}.${'b'.repeat(63)}.${'c'.repeat(63)}.no`;
    const long = (n: number) => `${'x'.repeat(n - host.length)}${host}`;
    expect(long(limits.noticeEmailBytes)).to.have.length(254);
    expect(around(limits.noticeEmailBytes, (n) => ({ ...epost, adresse: long(n) }))).to.deep.equal(upTo);
  });

  it('R-11: there is a subject for each language and class, with no id, number or link, and all differ', () => {
    const subjects = (['nb', 'nn', 'en', 'se'] as const).flatMap((spraak) =>
      (['VEDTAK', 'INFO'] as const).map((klasse) => varselemne(klasse, spraak)),
    );
    expect(new Set(subjects).size).to.equal(8);
    for (const emne of subjects) {
      expect(vern({ ...epost, emne }), emne).to.equal(undefined);
      expect(emne).not.to.match(/\d|https?:|www\./);
    }
  });
});

describe('domain/epostadresse', () => {
  for (const good of ['kari@example.com', 'k.n+brev@a-b.example.no', "o'neil@example.com", 'kåre@blåbær.no', '1@2.no'])
    it(`${good} is one`, () => expect(erEpostadresse(good)).to.equal(true));
  for (const bad of [
    '',
    'kari',
    '@example.com',
    'kari@',
    'kari@localhost',
    'kari@example',
    'a@b@example.com',
    'Kari <kari@example.com>',
    '<kari@example.com>',
    'kari@example.com,ola@example.com',
    'kari@example.com;ola@example.com',
    'kari @example.com',
    'kari@exam ple.com',
    '.kari@example.com',
    'kari.@example.com',
    'ka..ri@example.com',
    '"kari"@example.com',
    'kari@-example.com',
    'kari@example-.com',
    'kari@[127.0.0.1]',
    'kari@127.0.0.1',
    'kari\u200b@example.com',
    `${'x'.repeat(65)}@example.com`,
  ])
    it(`${JSON.stringify(bad)} is none`, () => expect(erEpostadresse(bad)).to.equal(false));
});
