import { randomBytes } from 'node:crypto';
import { expect } from 'chai';
import { encodeSendForsendelse } from '../../src/contract/forsendelse/request.js';
import { ensureDevelopmentPki } from '../../src/sandbox/pki/development.js';
import { signingKey } from '../../src/security/sign.js';
import type { SigningKey } from '../../src/security/sign.js';
import { plainEnvelope, signedEnvelope } from '../../src/security/signAnswer.js';
import { serialise } from '../../src/xml/write.js';
import { pdfOf } from '../contract/forsendelse/letters.js';
import { postRaw } from '../support/caller.js';
import { authorization, brev } from '../support/forsendelser.js';
import { testCertsDir } from '../support/gateway.js';
import { message, referring, swaMessage, takeOut, include, xopMessage } from '../support/partsMessage.js';
import type { Part } from '../support/partsMessage.js';
import { startSending, type SendingWorld } from '../support/sending.js';
import { signedWithAttachments } from '../support/signedAttachments.js';

type Letter = ReturnType<typeof brev>;
interface Sent {
  readonly contentType: string;
  readonly body: Buffer;
}
type Way = (letter: Letter, key: SigningKey) => Promise<Sent>;

const password = true;
const reversed = (all: Part[]): readonly Part[] => all.toReversed();

const ways: Readonly<Record<string, readonly [way: Way, byPassword: boolean]>> = {
  'by MTOM with a password': [
    async (letter) => xopMessage(plainEnvelope(encodeSendForsendelse(letter), '1.1'), '1.1', reversed),
    password,
  ],
  'by MTOM, the last of them inline, with a password': [
    async (letter) => {
      const envelope = plainEnvelope(encodeSendForsendelse(letter), '1.1');
      const at = envelope.lastIndexOf('<f:innhold>');
      const { text, all } = takeOut(envelope.slice(0, at), (id) => `<f:innhold>${include(`cid:${id}`)}</f:innhold>`);
      return message(text + envelope.slice(at), '1.1', all);
    },
    password,
  ],
  'by MTOM, signed before it was optimised': [
    async (letter, key) =>
      xopMessage(await signedEnvelope(encodeSendForsendelse(letter), '1.2', key, new Date()), '1.2'),
    !password,
  ],
  'by MTOM, signed before it was optimised, the last part first': [
    async (letter, key) =>
      xopMessage(await signedEnvelope(encodeSendForsendelse(letter), '1.1', key, new Date()), '1.1', reversed),
    !password,
  ],
  'as attachments with a password': [
    async (letter) => {
      const { text, all } = referring(plainEnvelope(encodeSendForsendelse(letter), '1.2'));
      return swaMessage(text, '1.2', reversed(all));
    },
    password,
  ],
  'as attachments, each signed': [
    async (letter, key) => {
      const { text, all } = referring(serialise(encodeSendForsendelse(letter)));
      return swaMessage(await signedWithAttachments({ markup: text }, '1.1', key, new Date(), all), '1.1', all);
    },
    !password,
  ],
};

describe('sending a letter whose documents come in parts', function () {
  this.timeout(60_000);
  let world: SendingWorld;
  let key: SigningKey;
  before(async () => {
    world = await startSending();
    const { sender } = (await ensureDevelopmentPki(testCertsDir)).identities;
    key = signingKey(sender.privateKey, sender.certificate);
  });
  after(() => world.stop());

  const letterOf = (): Letter => {
    const vedlegg = [100_001, 200_000].map((size, n) => ({
      filnavn: `vedlegg-${n}.pdf`,
      tittel: 'Vedlegg',
      mimetype: 'application/pdf',
      innhold: Buffer.concat([pdfOf(9), randomBytes(size)]),
    }));
    return brev('digipost', { vedlegg });
  };
  const post = ({ contentType, body }: Sent, byPassword: boolean) =>
    postRaw(world.url, body, {
      'Content-Type': contentType,
      ...(byPassword && { Authorization: authorization }),
    });

  for (const [what, [way, byPassword]] of Object.entries(ways)) {
    it(`R-39: the mailbox has every document, octet by octet, that came ${what}`, async () => {
      const letter = letterOf();
      const { status, text } = await post(await way(letter, key), byPassword);
      expect(status, text).to.equal(200);
      await world.until(letter.eksternRef, ({ tilstand }) => tilstand === 'LEVERT');
      const [delivered] = await world.lettersOf(letter.eksternRef);
      const octets = delivered?.letter.documents.map((d) => d.innhold.toString('base64'));
      const sent = [letter.hoveddokument, ...letter.vedlegg].map((d) => Buffer.from(d.innhold).toString('base64'));
      expect(octets).to.have.members(sent);
    });

    it(`SECURITY 100: an octet that is missing leaves nothing behind of what came ${what}`, async () => {
      const before = await world.payloads();
      const letter = letterOf();
      const { contentType, body } = await way(letter, key);
      // The last octet of the last part, before its line end and the end boundary.
      const at = body.lastIndexOf('\r\n--');
      const cut = byPassword ? body.subarray(0, at) : Buffer.concat([body.subarray(0, at - 1), body.subarray(at)]);
      const { status, text } = await post({ contentType, body: cut }, byPassword);
      expect(status).to.equal(500);
      expect(text).to.match(byPassword ? /Malformed request/ : /FailedCheck/);
      expect(await world.payloads()).to.deep.equal(before);
    });
  }
});
