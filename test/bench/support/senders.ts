import { randomBytes } from 'node:crypto';
import { PATH as FORSENDELSE } from '../../../src/contract/forsendelse/names.js';
import { encodeSendForsendelse } from '../../../src/contract/forsendelse/request.js';
import { versjoner } from '../../../src/contract/svarut/names.js';
import { loadConfig } from '../../../src/config.js';
import { developmentAccounts } from '../../../src/sandbox/developmentData.js';
import { identities } from '../../../src/sandbox/pki/identities.js';
import { plainEnvelope } from '../../../src/security/signAnswer.js';
import { contentType } from '../../../src/soap/names.js';
import { openStore } from '../../../src/store/index.js';
import { brev } from '../../support/forsendelser.js';
import type { Answer, Message } from './load.js';

/** Octets of the document in each letter. */
const OCTETS = 100_000;

/** A service that takes letters, as the benches of many senders call it. */
export interface Entrance {
  readonly path: string;
  /** A new letter of the sender with this number. */
  letter(sender: number): Message;
  /** The reference that the letter has inside, from the answer or the letter itself. */
  referenceOf(message: Message, answer: Answer): string;
}

export const organisation = (sender: number): string => String(310_200_000 + sender);
const userOf = (sender: number): string => `bench-${sender}`;
const [forsendelseAccount, svarutAccount] = developmentAccounts;
const authorization = (sender: number, password: string): string =>
  `Basic ${Buffer.from(`${userOf(sender)}:${password}`).toString('base64')}`;

let letters = 0;
const references = new WeakMap<Message, string>();

const forsendelse: Entrance = {
  path: FORSENDELSE,
  letter: (sender) => {
    const eksternRef = `bench ${++letters}`;
    const innhold = Buffer.from(randomBytes(OCTETS / 2).toString('hex'));
    const letter = brev('digipost', {
      ...{ eksternRef, tittel: eksternRef, prioritet: 'NORMAL' },
      hoveddokument: { filnavn: 'vedtak.txt', tittel: 'Vedtak', mimetype: 'text/plain', innhold },
    });
    const message = {
      contentType: contentType['1.1'],
      authorization: authorization(sender, forsendelseAccount.passord),
      body: Buffer.from(plainEnvelope(encodeSendForsendelse(letter), '1.1')),
    };
    references.set(message, eksternRef);
    return message;
  },
  referenceOf: (message) => references.get(message) ?? '',
};

const v9 = versjoner.at(-1);

const svarut: Entrance = {
  path: v9?.path ?? '',
  letter: (sender) => ({
    contentType: contentType['1.2'],
    authorization: authorization(sender, svarutAccount.passord),
    body: Buffer.from(
      `<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope" xmlns:n="${v9?.ns.uri}" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">` +
        `<s:Body><n:sendForsendelse><forsendelse><tittel>Vedtak ${++letters}</tittel><kunDigitalLevering>true</kunDigitalLevering><mottaker>` +
        `<digitalAdresse xsi:type="n:organisasjonDigitalAdresse"><orgnr>${identities.sender2.organisasjonsnummer}</orgnr></digitalAdresse></mottaker>` +
        `<dokumenter><filnavn>vedtak.bin</filnavn><mimetype>application/octet-stream</mimetype><data>${randomBytes(OCTETS).toString('base64')}` +
        '</data></dokumenter></forsendelse></n:sendForsendelse></s:Body></s:Envelope>',
    ),
  }),
  referenceOf: (_, { octets }) => `svarut:${/<return>(.*?)<\/return>/.exec(octets.toString())?.[1] ?? ''}`,
};

export const entrances = { svarut, forsendelse } as const;

/** Registers so many senders, each an organisation of its own with an account at each of the entrances. */
export async function putSenders(env: Readonly<Record<string, string>>, count: number): Promise<void> {
  const store = await openStore({ url: loadConfig(env).databaseUrl.reveal() });
  const { legitimasjoner, organisasjoner } = await store.reads.senders();
  const konto = await store.svarut.konto(svarutAccount.brukernavn);
  const [like] = organisasjoner;
  if (konto === undefined || like === undefined) throw new Error('the development data are not there');
  const accounts = [forsendelseAccount, svarutAccount].map(({ brukernavn }) =>
    legitimasjoner.find((account) => account.brukernavn === brukernavn),
  );
  await store.unitOfWork(async (tx) => {
    for (let sender = 0; sender < count; sender++) {
      const [organisasjonsnummer, brukernavn] = [organisation(sender), userOf(sender)];
      await tx.putOrganisation({ ...like, organisasjonsnummer, navn: brukernavn });
      await tx.putServiceRight({
        organisasjon: organisasjonsnummer,
        tjeneste: 'FORSENDELSE',
        fra: like.fra,
        til: null,
      });
      for (const account of accounts)
        if (account !== undefined) await tx.putCredential({ ...account, brukernavn, organisasjonsnummer });
      await tx.putSvarUtKonto({ ...konto, brukernavn });
    }
  });
  await store.close();
}
