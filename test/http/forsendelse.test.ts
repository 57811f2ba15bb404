import { expect } from 'chai';
import { scryptSync } from 'node:crypto';
import { request } from 'node:http';
import { forsendelse } from '../../src/http/forsendelse.js';
import { forsendelseEndpoint } from '../../src/http/forsendelseEndpoint.js';
import { messageBytes } from '../../src/http/staged.js';
import { tns } from '../../src/contract/forsendelse/names.js';
import {
  encodeBekreftKvitteringer,
  encodeForklarForsendelse,
  encodeHentKvitteringer,
  encodeHentStatus,
  encodeSendForsendelse,
  encodeTrekkTilbakeForsendelse,
} from '../../src/contract/forsendelse/request.js';
import { limits } from '../../src/limits.js';
import { passwordDoor } from '../../src/security/password.js';
import { forsendelsePolicy } from '../../src/security/policy.js';
import { plainEnvelope, signedEnvelope } from '../../src/security/signAnswer.js';
import { signingKey } from '../../src/security/sign.js';
import { verify } from '../../src/security/signature.js';
import { contentType } from '../../src/soap/names.js';
import type { SoapVersion } from '../../src/soap/names.js';
import type { XmlElement } from '../../src/xml/model.js';
import { serialise } from '../../src/xml/write.js';
import { ola, shipping } from '../application/shipping.js';
import type { Part } from '../support/partsMessage.js';
import { include, message, parts, referring, swaMessage, takeOut, xopMessage } from '../support/partsMessage.js';
import { signedWithAttachments } from '../support/signedAttachments.js';
import { bestilling, brev, dokument, pdfOf } from '../contract/forsendelse/letters.js';
import { makeChain, testTime, trustOf } from '../support/pki.js';
import { startEdge } from './edge.js';
import type { TestEdge } from './edge.js';

const salt = Buffer.alloc(16, 1);
const hash = scryptSync('hemmelig', salt, 32, { N: 16, r: 1, p: 1 });
const legitimasjon = {
  brukernavn: 'arkiv',
  tjeneste: 'FORSENDELSE',
  organisasjonsnummer: '310000019',
  passordhash: ['scrypt', 16, 1, 1, salt.toString('base64'), hash.toString('base64')].join('$'),
} as const;
const basic = (password: string): string => `Basic ${Buffer.from(`arkiv:${password}`).toString('base64')}`;

const chain = makeChain();
const key = signingKey(chain.privateKey, chain.leaf);
const mottaker = { id: ola, postadresse: null };
const letter = brev({ mottaker, kunDigitalt: false, virkningstidspunkt: null });
const { eksternRef } = letter;

interface Reply {
  readonly status: number;
  readonly text: string;
  readonly headers: Headers;
}

describe('http/forsendelse', () => {
  let edge: TestEdge;
  let world: ReturnType<typeof shipping>;
  let plainPasswords: boolean;
  let timeIsRight: boolean;
  const verifyDeps = { trust: trustOf(chain), clock: { now: () => testTime } };
  const policy = forsendelsePolicy(messageBytes(limits.letterBytes, limits.forsendelseEnvelopeBytes));

  beforeEach(async () => {
    world = shipping();
    [plainPasswords, timeIsRight] = [true, true];
    const handle = forsendelse({ ...world.deps, key });
    const door = passwordDoor({ ...world.deps, credentials: () => [legitimasjon], tjeneste: 'FORSENDELSE' });
    edge = await startEdge({
      handler: (req, res, context) =>
        forsendelseEndpoint({
          policy,
          verifyDeps,
          door,
          plainPasswords,
          payloads: world.payloads,
          maxContents: limits.letterBytes,
          metrics: edge.metrics,
          timeIsRight: () => timeIsRight,
          handle,
        })(req, res, context),
    });
  });
  afterEach(() => edge.edge.close(100));

  async function post(
    body: string | Uint8Array<ArrayBuffer>,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<Reply> {
    const response = await fetch(`${edge.url}/service/v1`, {
      method: 'POST',
      body,
      headers: { 'Content-Type': contentType['1.1'], ...headers },
    });
    return { status: response.status, text: await response.text(), headers: response.headers };
  }
  const byPassword = (content: XmlElement, version: SoapVersion = '1.1', password = 'hemmelig') =>
    post(plainEnvelope(content, version), { 'Content-Type': contentType[version], Authorization: basic(password) });
  const bySignature = async (content: XmlElement, version: SoapVersion = '1.1') =>
    post(await signedEnvelope(content, version, key, testTime), { 'Content-Type': contentType[version] });
  const member = (reply: Reply, name: string): string =>
    new RegExp(`<f:${name}>([^<]*)</f:${name}>`).exec(reply.text)?.[1] ?? '';

  for (const version of ['1.1', '1.2'] as const) {
    for (const [evidence, call] of [
      ['a password', byPassword],
      ['a signature', bySignature],
    ] as const) {
      it(`sends a letter, says where it is, and withdraws it: SOAP ${version}, by ${evidence}`, async () => {
        const sent = await call(encodeSendForsendelse(letter), version);
        expect(sent.status, sent.text).to.equal(200);
        expect(sent.headers.get('content-type')).to.equal(contentType[version]);
        expect(member(sent, 'kanal')).to.equal('POSTKASSE');
        const stored = [...world.payloads.stored.values()].map((octets) => octets.toString('hex'));
        expect(stored).to.have.members(
          [letter.hoveddokument, ...letter.vedlegg].map((d) => Buffer.from(d.innhold).toString('hex')),
        );
        const id = member(sent, 'forsendelsesId');
        const status = await call(encodeHentStatus({ eksterneRefer: [eksternRef] }), version);
        expect([member(status, 'forsendelsesId'), member(status, 'tilstand')]).to.deep.equal([id, 'MOTTATT']);
        const withdrawn = await call(encodeTrekkTilbakeForsendelse({ ider: [id] }), version);
        expect(member(withdrawn, 'tilstand')).to.equal('TRUKKET');
      });

      it(`has the other operations: SOAP ${version}, by ${evidence}`, async () => {
        const explained = await call(encodeForklarForsendelse({ mottakere: [mottaker], bestilling }), version);
        expect(explained.text).to.contain('<f:kanal>POSTKASSE</f:kanal>').and.to.contain('<f:minst>');
        const fetched = await call(encodeHentKvitteringer('NORMAL', 10), version);
        expect(fetched.text).to.contain('HentKvitteringerResponse');
        const none = '00000000-0000-4000-8000-000000000000';
        expect(member(await call(encodeBekreftKvitteringer([none]), version), 'ukjent')).to.equal(none);
      });
    }

    it(`signs the answer to a signed request: SOAP ${version}`, async () => {
      const { text } = await bySignature(encodeSendForsendelse(letter), version);
      const stream = (async function* () {
        yield Buffer.from(text);
      })();
      const trusted = await verify({ stream }, policy, verifyDeps);
      expect(trusted.operation.local).to.equal('SendForsendelseResponse');
    });
  }

  it('answers the same signed request again, and reads once', async () => {
    const send = await signedEnvelope(encodeSendForsendelse(letter), '1.1', key, testTime);
    const [first, second] = [await post(send), await post(send)];
    expect(member(second, 'forsendelsesId')).to.equal(member(first, 'forsendelsesId')).and.not.to.equal('');
    const read = await signedEnvelope(encodeHentStatus({ eksterneRefer: [eksternRef] }), '1.1', key, testTime);
    expect((await post(read)).status).to.equal(200);
    expect(await post(read)).to.include({ status: 500 });
  });

  it('SECURITY 77: asks whoever shows nothing for a password, and reads no document of theirs', async () => {
    const reply = await post(plainEnvelope(encodeSendForsendelse(letter), '1.1'));
    expect(reply.status).to.equal(401);
    expect(reply.headers.get('www-authenticate')).to.equal('Basic realm="Posthorn Forsendelse", charset="UTF-8"');
    expect(world.payloads.stored.size).to.equal(0);
  });

  it('SECURITY 114: refuses a wrong password with 401, and guesses with 429', async () => {
    const status = async () => (await byPassword(encodeHentStatus({ eksterneRefer: ['r'] }), '1.1', 'gjettet')).status;
    for (let n = 0; n < limits.passwordGuesses; n++) expect(await status()).to.equal(401);
    expect(await status()).to.equal(429);
  });

  it('SECURITY 77: takes no password over plain HTTP where that is forbidden', async () => {
    plainPasswords = false;
    expect((await byPassword(encodeHentStatus({ eksterneRefer: ['r'] }))).status).to.equal(401);
    expect((await bySignature(encodeHentStatus({ eksterneRefer: ['r'] }))).text).to.contain('[P-2005]');
  });

  it('SECURITY 77: refuses a password beside a signature', async () => {
    const reply = await post(await signedEnvelope(encodeSendForsendelse(letter), '1.1', key, testTime), {
      Authorization: basic('hemmelig'),
    });
    expect(reply.status).to.equal(500);
    expect(reply.text).to.contain('wsse:InvalidSecurity');
  });

  it('SECURITY 120: judges no signature by a clock that is wrong; a password needs none', async () => {
    timeIsRight = false;
    expect((await bySignature(encodeHentKvitteringer('NORMAL', 1))).text).to.contain('MessageExpired');
    expect((await byPassword(encodeHentKvitteringer('NORMAL', 1))).status).to.equal(200);
  });

  it('SECURITY 24: refuses an action that names another operation', async () => {
    const read = plainEnvelope(encodeHentKvitteringer('NORMAL', 1), '1.1');
    const withAction = (name: string) =>
      post(read, { Authorization: basic('hemmelig'), SOAPAction: `"${tns.uri}:${name}"` });
    expect((await withAction('HentKvitteringer')).status).to.equal(200);
    expect((await withAction('SendForsendelse')).text).to.contain('Malformed request');
  });

  it('SECURITY 100: a signature that is wrong at the last octet leaves no content behind', async () => {
    const envelope = await signedEnvelope(encodeSendForsendelse(letter), '1.1', key, testTime);
    const reply = await post(envelope.replace('Svar på', 'Svar om'));
    expect(reply.text).to.contain('wsse:FailedCheck');
    expect([world.payloads.stored.size, world.memory.state().shipments.size]).to.deep.equal([0, 0]);
  });

  it('R-33: a letter that is refused leaves no content behind', async () => {
    const programs = [dokument({ filnavn: 'virus.exe' })];
    const reply = await byPassword(encodeSendForsendelse({ ...letter, vedlegg: programs }));
    expect(reply.text).to.contain('Invalid request: filnavn is that of a program');
    expect(world.payloads.stored.size).to.equal(0);
  });

  it('SECURITY 93: a document that is not what its sender calls it is refused, inline and in a part, and nothing is left behind', async () => {
    const lie = encodeSendForsendelse({ ...letter, hoveddokument: dokument({ innhold: Buffer.from('MZ, and more') }) });
    const { contentType: type, body } = xopMessage(plainEnvelope(lie, '1.1'), '1.1');
    const inParts = { 'Content-Type': type, Authorization: basic('hemmelig') };
    for (const call of [() => byPassword(lie), () => bySignature(lie), () => post(new Uint8Array(body), inParts)]) {
      const { status, text } = await call();
      expect([status, text.includes('Invalid request: innhold is not application/pdf: ')]).to.deep.equal([500, true]);
      expect([world.payloads.stored.size, world.memory.state().shipments.size]).to.deep.equal([0, 0]);
    }
  });

  it('refuses what the schema does not allow, and leaves nothing behind', async () => {
    const sent = encodeSendForsendelse(letter);
    const odd = { ...sent, attributes: [{ prefix: '', local: 'odd', ns: '', value: ola }] };
    const { status, text } = await byPassword(odd);
    expect([status, text.includes(ola)]).to.deep.equal([500, false]);
    expect(text).to.contain('Invalid request: the schema does not allow odd of SendForsendelse as it stands');
    expect([world.payloads.stored.size, world.memory.state().shipments.size]).to.deep.equal([0, 0]);
  });

  it('R-44: a fault says what to do, has the correlation id of the log, and no national id', async () => {
    const { text, status } = await byPassword(
      encodeSendForsendelse({ ...letter, mottaker: { id: null, postadresse: null } }),
    );
    expect(status).to.equal(500);
    expect(text).to.contain('[P-2000]');
    const id = /CorrelationId[^>]*>([^<]+)</.exec(text)?.[1] ?? 'none';
    expect(edge.logged()).to.contain(id).and.not.to.contain(ola);
  });

  it('streams a document of several megabytes, and takes the sum of all documents up to its limit', async function () {
    this.timeout(60_000);
    const of = (size: number, ref: string) =>
      byPassword(
        encodeSendForsendelse({
          ...letter,
          eksternRef: ref,
          hoveddokument: dokument({ innhold: pdfOf(size) }),
          vedlegg: [],
        }),
      );
    expect((await of(limits.letterBytes, 'whole')).status).to.equal(200);
    expect([...world.payloads.stored.values()].map((octets) => octets.length)).to.deep.equal([limits.letterBytes]);
    expect((await of(limits.letterBytes + 1, 'over')).text).to.contain('octets are allowed in all');
    expect(world.payloads.stored.size).to.equal(1);
  });

  describe('with parts', () => {
    const send = encodeSendForsendelse(letter);
    const postParts = (
      message: { contentType: string; body: Buffer },
      headers: Readonly<Record<string, string>> = {},
    ) => post(new Uint8Array(message.body), { 'Content-Type': message.contentType, ...headers });
    const authorised = { Authorization: basic('hemmelig') };
    const included = (id: string): string => `<f:innhold>${include(`cid:${id}`)}</f:innhold>`;
    const altered = (part: Part | undefined): Part => {
      const { contentId, content } = part as Part;
      return { contentId, content: Buffer.concat([content.subarray(0, -1), Buffer.from('!')]) };
    };
    const nothingStored = () => expect(world.payloads.stored.size).to.equal(0);

    for (const version of ['1.1', '1.2'] as const) {
      it(`takes documents in parts of their own, in any order, and it is the same letter as inline: SOAP ${version}`, async () => {
        const inline = await byPassword(send, version);
        const message = xopMessage(plainEnvelope(send, version), version);
        for (const again of [message, xopMessage(plainEnvelope(send, version), version, (all) => all.reverse())]) {
          const reply = await postParts(again, authorised);
          expect(reply.status, reply.text).to.equal(200);
          expect(reply.headers.get('content-type')).to.equal(contentType[version]);
          expect(member(reply, 'forsendelsesId')).to.equal(member(inline, 'forsendelsesId')).and.not.to.equal('');
        }
        expect(world.payloads.stored.size).to.equal(2);
      });
    }

    it('SECURITY 24: holds the action of HTTP, and that of the part, against the operation', async () => {
      const envelope = plainEnvelope(send, '1.2');
      const named = (action: string) => xopMessage(envelope, '1.2', (all) => all, `; action="${action}"`);
      expect((await postParts(named('urn:x:SendForsendelse'), authorised)).status).to.equal(200);
      expect((await postParts(named('urn:x:HentStatus'), authorised)).text).to.contain('Malformed request');
      const reply = await postParts(xopMessage(envelope, '1.2'), { ...authorised, SOAPAction: '"urn:x:HentStatus"' });
      expect(reply.text).to.contain('Malformed request');
    });

    const contents = (): string[] => [...world.payloads.stored.values()].map((octets) => octets.toString('latin1'));
    const documents = [letter.hoveddokument, ...letter.vedlegg].map((d) => Buffer.from(d.innhold).toString('latin1'));

    for (const version of ['1.1', '1.2'] as const) {
      const signed = () => signedEnvelope(send, version, key, testTime);

      it(`takes a signed message by MTOM whose Body was signed before it was optimised: SOAP ${version}`, async () => {
        const reply = await postParts(xopMessage(await signed(), version));
        expect(reply.status, reply.text).to.equal(200);
        expect(contents()).to.deep.equal(documents);
        const shuffled = await postParts(xopMessage(await signed(), version, (all) => all.reverse()));
        expect(member(shuffled, 'forsendelsesId')).to.equal(member(reply, 'forsendelsesId')).and.not.to.equal('');
        expect(shuffled.text).to.contain('SignatureValue');
      });

      it(`takes attachments that the letter refers to, by password: SOAP ${version}`, async () => {
        const { text, all } = referring(plainEnvelope(send, version));
        for (const arranged of [all, all.toReversed()]) {
          const reply = await postParts(swaMessage(text, version, arranged), authorised);
          expect(reply.status, reply.text).to.equal(200);
        }
        expect(contents()).to.have.members(documents);
      });

      it(`takes attachments that the letter refers to, each signed: SOAP ${version}`, async () => {
        const { text, all } = referring(serialise(send));
        const envelope = await signedWithAttachments({ markup: text }, version, key, testTime, all);
        const reply = await postParts(swaMessage(envelope, version, all));
        expect(reply.status, reply.text).to.equal(200);
        expect(reply.text).to.contain('SignatureValue');
        expect(contents()).to.deep.equal(documents);
      });
    }

    it('answers a signed message by MTOM again when it comes again, and reads once', async () => {
      const signed = xopMessage(await signedEnvelope(send, '1.1', key, testTime), '1.1');
      const [first, second] = [await postParts(signed), await postParts(signed)];
      expect(member(second, 'forsendelsesId')).to.equal(member(first, 'forsendelsesId')).and.not.to.equal('');
    });

    for (const [what, change] of [
      ['the last octet of the last part', (all: Part[]) => all.with(-1, altered(all.at(-1)))],
      ['a part that came before its turn', (all: Part[]) => [...all.slice(1), all[0] as Part].with(0, altered(all[1]))],
    ] as const) {
      it(`SECURITY 100: a signature by MTOM that is wrong at ${what} leaves nothing behind`, async () => {
        const signed = await signedEnvelope(send, '1.1', key, testTime);
        const reply = await postParts(xopMessage(signed, '1.1', change));
        expect(reply.text).to.contain('wsse:FailedCheck');
        expect([world.payloads.stored.size, world.memory.state().shipments.size]).to.deep.equal([0, 0]);
      });
    }

    it('SECURITY 42: refuses an attachment of a signed letter that no signature covers', async () => {
      const { text, all } = referring(serialise(send));
      const covered = (n: number) => signedWithAttachments({ markup: text }, '1.1', key, testTime, all.slice(0, n));
      const reply = await postParts(swaMessage(await covered(1), '1.1', all));
      expect(reply.text).to.contain('wsse:FailedCheck');
      nothingStored();
      expect((await postParts(swaMessage(await covered(2), '1.1', all))).status).to.equal(200);
    });

    it('SECURITY 120: judges no signed message with parts by a clock that is wrong', async () => {
      timeIsRight = false;
      const signed = await signedEnvelope(send, '1.1', key, testTime);
      expect((await postParts(xopMessage(signed, '1.1'))).text).to.contain('MessageExpired');
    });

    it('SECURITY 77: refuses a password beside a signature, and asks whoever shows neither', async () => {
      const signed = await signedEnvelope(send, '1.1', key, testTime);
      expect((await postParts(xopMessage(signed, '1.1'), authorised)).text).to.contain('wsse:InvalidSecurity');
      expect((await postParts(xopMessage(plainEnvelope(send, '1.1'), '1.1'))).status).to.equal(401);
      nothingStored();
    });

    it('refuses a document that stands inline and is attached', async () => {
      const part: Part = { contentId: 'twice@x', content: pdfOf(20) };
      const both = (xml: string) => xml.replace('</f:innhold>', '$&<f:innholdRef>cid:twice@x</f:innholdRef>');
      const reply = await postParts(swaMessage(both(plainEnvelope(send, '1.1')), '1.1', [part]), authorised);
      expect(reply.text).to.contain('hoveddokument: it has either innhold or innholdRef');
      nothingStored();
    });

    it('SECURITY 100: a part too many leaves nothing of the others behind', async () => {
      const message = xopMessage(plainEnvelope(send, '1.1'), '1.1', (all) => [...all, ...parts('odd@x')]);
      expect((await postParts(message, authorised)).text).to.contain('a part that the envelope does not name');
      nothingStored();
    });

    it('takes a document that stands inline beside parts, however large, as in a message without', async () => {
      const innhold = pdfOf(3 * limits.xmlTextCharacters);
      const vedlegg = [dokument({ filnavn: 'inline.pdf', innhold })];
      const envelope = plainEnvelope(encodeSendForsendelse({ ...letter, vedlegg }), '1.1');
      const { text, all } = takeOut(envelope.slice(0, envelope.indexOf('<f:vedlegg>')), included);
      const body = text + envelope.slice(envelope.indexOf('<f:vedlegg>'));
      const reply = await postParts(message(body, '1.1', all), authorised);
      expect(reply.status, reply.text).to.equal(200);
      expect([...world.payloads.stored.values()].map((o) => o.length)).to.deep.equal([innhold.length, 15]);
    });

    it('takes as much of a signed letter inline after an included document as its limit says', async () => {
      const of = async (size: number) => {
        const vedlegg = [dokument({ filnavn: 'inline.pdf', innhold: pdfOf(size) })];
        const content = encodeSendForsendelse({ ...letter, eksternRef: String(size), vedlegg });
        const signed = await signedEnvelope(content, '1.1', key, testTime);
        const at = signed.indexOf('<f:vedlegg>');
        const { text, all } = takeOut(signed.slice(0, at), included);
        return postParts(message(text + signed.slice(at), '1.1', all));
      };
      const fits = await of((limits.signedAfterInclude / 4) * 3 - 3000);
      expect(fits.status, fits.text).to.equal(200);
      expect((await of((limits.signedAfterInclude / 4) * 3)).text).to.contain('may follow its first xop:Include');
      expect(world.payloads.stored.size).to.equal(2);
    });

    it('refuses parts in another encoding, and a length above the limit, before it reads', async () => {
      const message = xopMessage(plainEnvelope(send, '1.1'), '1.1');
      expect((await postParts(message, { ...authorised, 'Content-Encoding': 'gzip' })).status).to.equal(415);
      const status = (length: number) =>
        new Promise<number | undefined>((resolve, reject) => {
          const headers = { ...authorised, 'Content-Type': message.contentType, 'Content-Length': length };
          const sent = request(`${edge.url}/service/v1`, { method: 'POST', headers }, (response) => {
            resolve(response.statusCode);
            sent.destroy();
          });
          sent.on('error', reject).flushHeaders();
        });
      expect(await status(policy.maxBytes + 1)).to.equal(413);
      nothingStored();
    });

    it('R-33: takes a part of all octets that are allowed, and not one more', async function () {
      this.timeout(60_000);
      const of = (size: number, eksternRef: string) => {
        const hoveddokument = dokument({ innhold: pdfOf(size) });
        const content = encodeSendForsendelse({ ...letter, eksternRef, hoveddokument, vedlegg: [] });
        return postParts(xopMessage(plainEnvelope(content, '1.1'), '1.1'), authorised);
      };
      expect((await of(limits.letterBytes, 'whole')).status).to.equal(200);
      expect((await of(limits.letterBytes + 1, 'over')).text).to.contain('octets are allowed in all');
      expect(world.payloads.stored.size).to.equal(1);
    });
  });
});
