import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import Database from 'libsql';
import { PATH } from '../../../src/contract/postkasse/names.js';
import type { ErrorCode } from '../../../src/errors.js';
import { postkassePolicy } from '../../../src/security/policy.js';
import type { IdentityName } from '../../../src/sandbox/pki/identities.js';
import type { TestGateway } from '../../support/gateway.js';
import { startGateway } from '../../support/gateway.js';
import { kanVelge, opprett, slett, textOfRequest } from '../../support/mailboxes.js';
import type { MessageKey, RequestSpec } from '../../support/messages.js';
import { goodRequest, hentPersoner, post, soapHeaders, swap } from '../../support/messages.js';
import { octetsOf } from './attack.js';
import { base, verdict } from './judge.js';
import { reasonOf, reasons, wrappedOperation, wrappings } from './matrix.js';
import { actionAttacks } from './soap.js';
import { attacks, variants } from './tables.js';
import { expectRefusal } from './target.js';

/* The door of mailbox providers: what is done to the look-up is done to it, and what is its own. */

/** Attacks on what this door has not, or has less room for: what becomes of them here. */
const otherwise: Readonly<Record<string, ErrorCode | 'trusted'>> = {
  'more elements than a document may have': 'TOO_LARGE',
  '2,000 references': 'TOO_LARGE',
  'a token longer than a Header may be': 'TOO_LARGE',
  // A header block of another service says nothing here, signed or not.
  'the block acted for is not referenced': 'trusted',
  'a block acted for is put in': 'trusted',
  'a second block acted for is put in': 'INVALID_SECURITY',
  'the organisation acted for changed': 'INVALID_SECURITY',
  'PKCS#1 under the name of PSS': 'UNSUPPORTED_ALGORITHM',
  'PSS with an empty salt': 'UNSUPPORTED_ALGORITHM',
};

/** What the look-up takes from old clients, and this door does not. */
const stricter: Readonly<Record<string, ErrorCode>> = {
  'SHA-1 digests': 'UNSUPPORTED_ALGORITHM',
  'RSA-PSS with SHA-256': 'UNSUPPORTED_ALGORITHM',
  'references in the inclusive form': 'UNSUPPORTED_ALGORITHM',
  'SignedInfo in the inclusive form': 'UNSUPPORTED_ALGORITHM',
  'the Timestamp without transforms': 'UNSUPPORTED_ALGORITHM',
  'the certificate in a KeyIdentifier': 'SECURITY_TOKEN_UNAVAILABLE',
  'a lifetime of 2,100 s': 'MESSAGE_EXPIRED',
};

describe('the verifier, for mailbox providers', () => {
  for (const attack of attacks) {
    const code = otherwise[attack.wrong] ?? attack.code;
    it(`SECURITY ${attack.security}: ${attack.wrong}: ${code}`, async () => {
      expect(await verdict(octetsOf(attack, base), { policy: postkassePolicy })).to.equal(code);
    });
  }

  it('SECURITY 45, 54, 58 and 72: takes none of the exceptions of the look-up', async () => {
    for (const [wrong, code] of Object.entries(stricter)) {
      const variant = variants.find((one) => one.wrong === wrong);
      if (variant === undefined) throw new Error(`no variant ${wrong}`);
      expect(await verdict(octetsOf(variant, base), { policy: postkassePolicy }), wrong).to.equal(code);
    }
  });
});

describe('the door of mailbox providers', function () {
  this.timeout(120_000);
  let dataDir: string;
  let gateway: TestGateway;
  let database: InstanceType<typeof Database>;
  before(async () => {
    dataDir = await mkdtemp(join(tmpdir(), 'posthorn-mailboxes-'));
    gateway = await startGateway({ POSTHORN_DATA_DIR: dataDir });
    database = new Database(join(dataDir, 'posthorn.db'), { readonly: true });
  });
  after(async () => {
    database.close();
    await gateway.stop();
    await rm(dataDir, { recursive: true, force: true });
  });

  const at = () => ({ url: gateway.base + PATH });
  const id = '23863814839';
  const change = textOfRequest(opprett());
  const request = (spec: Partial<RequestSpec> = {}, by: IdentityName = 'eboks') =>
    goodRequest({ key: gateway.pki.identities[by], operation: textOfRequest(kanVelge()), ...spec });
  /** Everything that a call may leave behind. */
  const left = async () => {
    const count = (table: string): number =>
      (database.prepare(`select count(*) as n from ${table}`).get() as { n: number }).n;
    const { seneste } = await gateway.store.reads.changesFrom(0, 1);
    return [count('replay'), count('audit'), count('mailbox_answer'), seneste];
  };
  /** `text` is refused with `code`, and leaves nothing behind. */
  async function refused(code: ErrorCode, text: string, values = {}, headers = soapHeaders): Promise<void> {
    const before = await left();
    expectRefusal(await post(at(), text, headers), code, values);
    expect(await left()).to.deep.equal(before);
  }

  it('SECURITY 31-37: refuses every wrapping of a change, and nothing is stored', async () => {
    const before = await left();
    const { eboks: key, digipost: other } = gateway.pki.identities;
    const forged = textOfRequest(opprett({ personidentifikator: '15903915215' }));
    let all = 0;
    for (const { name, text } of wrappings({ key, other, at: new Date() }, wrappedOperation(change, forged))) {
      const answer = await post(at(), text);
      const code = reasonOf(answer.text);
      expect(reasons, name).to.include(code);
      expectRefusal(answer, code);
      all++;
    }
    expect(await left()).to.deep.equal(before);
    console.log(`      ${all} wrapped requests`);
    expect(all).to.be.at.least(192);
    expect((await post(at(), request().text)).text).to.contain('>JA<');
  });

  for (const attack of actionAttacks) {
    it(`SECURITY ${attack.security}: ${attack.wrong}`, async () => {
      const { eboks: key, digipost: other } = gateway.pki.identities;
      const before = () => ({ operation: textOfRequest(kanVelge()) });
      await refused(attack.code, octetsOf({ ...attack, before }, { key, other, at: new Date() }).toString());
    });
  }

  it('SECURITY 24: an action of the operation is taken, another is not', async () => {
    const type = (action: string) => ({
      'Content-Type': `application/soap+xml; charset=utf-8; action="urn:x/${action}"`,
    });
    expect((await post(at(), request().text, type('KanVelgeSikkerDigitalPostkasseForespoersel'))).status).to.equal(200);
    await refused('MALFORMED_XML', request().text, {}, type('SlettPostkasseForespoersel'));
  });

  it('SECURITY 77: a password is no signature', async () => {
    const unsigned = request().text.replace(/<wsse:Security .*<\/wsse:Security>/s, '');
    const before = await left();
    const authorization = `Basic ${Buffer.from('sender-dev:sender-dev-password').toString('base64')}`;
    expectRefusal(await post(at(), unsigned, { ...soapHeaders, Authorization: authorization }), 'INVALID_SECURITY');
    expect(await left()).to.deep.equal(before);
  });

  const strangers: readonly (readonly [what: string, IdentityName, owner: string])[] = [
    ['SECURITY 86: the broker, which has the number of Digipost', 'meldingsformidler', '984661185'],
    ['SECURITY 86: the print provider', 'utskrift', '310000051'],
    ['SECURITY 86: a sender', 'sender', '310000019'],
  ];
  for (const [what, by, owner] of strangers) {
    it(`${what}, is no mailbox provider: NO_ACCESS`, async () => {
      const operation = textOfRequest(slett());
      const values = { owner, service: 'POSTKASSETJENESTER' };
      await refused('NO_ACCESS', request({ operation }, by).text, values);
      await refused('NO_ACCESS', request({}, by).text, values);
    });
  }

  it('SECURITY 87: a provider that is registered anew is known by its new certificate from the next start on', async () => {
    const { sertifikat: old, ...eboks } = (await gateway.store.reads.suppliers()).find((s) => s.navn === 'e-Boks')!;
    await gateway.store.unitOfWork((tx) =>
      tx.putSupplier({ ...eboks, sertifikat: gateway.pki.identities.supplier.certificate }),
    );
    const second = await startGateway({ POSTHORN_DATA_DIR: dataDir });
    try {
      const answer = await post({ url: second.base + PATH }, request().text);
      expectRefusal(answer, 'NO_ACCESS', { owner: eboks.organisasjonsnummer, service: 'POSTKASSETJENESTER' });
    } finally {
      await gateway.store.unitOfWork((tx) => tx.putSupplier({ ...eboks, sertifikat: old }));
      await second.stop();
    }
  });

  it('is for its own messages', async () => {
    const reason = 'Body holds no operation of this service';
    await refused('INVALID_REQUEST', request({ operation: hentPersoner(id) }).text, { reason });
    const wrong = swap(textOfRequest(kanVelge()), '>4<', '>5<');
    const schema = 'the schema does not allow sikkerhetsnivaa as it stands';
    await refused('INVALID_REQUEST', request({ operation: wrong }).text, { reason: schema });
  });

  const harmless = ({ text, signatureValue }: { text: string; signatureValue: string }): readonly string[] => [
    text,
    text.replace('<env:Header>', '\n<env:Header><!-- x -->'),
    swap(text, signatureValue, signatureValue.replace(/.{76}/g, '$&\r\n')),
  ];

  it('SECURITY 74 and 76: the same question again is refused, after every harmless change too', async () => {
    const asked = request();
    expect((await post(at(), asked.text)).status).to.equal(200);
    for (const text of harmless(asked)) await refused('REPLAYED', text);
  });

  it('SECURITY 74-76: the same change again is answered as before and made once, by another worker and after harmless changes', async () => {
    const made = request({ operation: change });
    const second = await startGateway({ POSTHORN_DATA_DIR: dataDir });
    try {
      expect((await post(at(), made.text)).text).to.contain('>OK<');
      const before = await left();
      for (const url of [gateway.base, second.base]) {
        for (const text of harmless(made)) {
          expect((await post({ url: url + PATH }, text)).text)
            .to.contain('>OK<')
            .and.not.to.contain('beskrivelse');
        }
      }
      expect(await left()).to.deep.equal(before);
    } finally {
      await second.stop();
    }
  });

  it('R-29, SECURITY 83: a provider cannot act for another by naming it', async () => {
    const key: MessageKey = gateway.pki.identities.digipost;
    const { seneste } = await gateway.store.reads.changesFrom(0, 1);
    for (const operation of [change, textOfRequest(slett({}, 'eboks'))]) {
      expect((await post(at(), goodRequest({ key, operation }).text)).text).to.contain('UGYLDIG_ORGNR');
    }
    expect((await gateway.store.reads.changesFrom(0, 1)).seneste).to.equal(seneste);
  });
});
