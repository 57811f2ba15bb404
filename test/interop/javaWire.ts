import { randomUUID } from 'node:crypto';
import { expect } from 'chai';
import { encodeUserMessage, pulledReceipt } from '../../src/contract/ebms/encode.js';
import type { SignalMessage, UserMessage } from '../../src/contract/ebms/types.js';
import { encodeSbd } from '../../src/contract/sdp/sbd.js';
import type { Payload } from '../../src/contract/sdp/types.js';
import { ensureDevelopmentPki, type IdentityName } from '../../src/sandbox/pki/development.js';
import { signEnveloped, type EnvelopedForm } from '../../src/security/enveloped.js';
import { signingKey, type SigningKey } from '../../src/security/sign.js';
import { parse } from '../../src/xml/tree.js';
import { testCertsDir } from '../support/gateway.js';
import { keysOf, startJavaDriver, type JavaDriver } from './javaSdp.js';
import { infoFor, signedAnswer, startStubBroker, type Asked, type StubBroker } from './stubBroker.js';

/* The Java clients on one side, and a broker on the other that answers what a test says. */

export const pki = await ensureDevelopmentPki(testCertsDir);
export const keyOf = (name: IdentityName): SigningKey =>
  signingKey(pki.identities[name].privateKey, pki.identities[name].certificate);
export const broker = keyOf('meldingsformidler');
const { sender, digipost, meldingsformidler } = pki.identities;

export interface JavaWire {
  readonly java: JavaDriver;
  readonly stub: StubBroker;
  stop(): Promise<void>;
}

/** Starts both. The driver knows `avsender` and `postkasse`. */
export async function startJavaWire(): Promise<JavaWire> {
  const stub = await startStubBroker(pki);
  const java = startJavaDriver();
  const { url } = stub;
  await java.order('avsender', 'avsender', { url, ...keysOf(sender, pki) });
  const { organisasjonsnummer } = meldingsformidler;
  await java.order('postkasse', 'postkasse', { url, ...keysOf(digipost, pki), meldingsformidler: organisasjonsnummer });
  return {
    java,
    stub,
    stop: async () => {
      await java.stop();
      await stub.stop();
    },
  };
}

export const userMessage = ({ messaging }: Asked): UserMessage =>
  messaging.type === 'user' ? messaging.message : expect.fail('signals');
export const signals = ({ messaging }: Asked): readonly SignalMessage[] =>
  messaging.type === 'signals' ? messaging.signals : expect.fail('a message of a user');

/** A receipt of a provider, as its mailbox signs it. */
export const receiptDocument = (
  payload: Payload,
  conversationId: string = randomUUID(),
  form?: EnvelopedForm,
): Promise<string> =>
  signEnveloped(
    encodeSbd({
      header: {
        ...{ sender: digipost.organisasjonsnummer, receiver: sender.organisasjonsnummer },
        ...{ instanceIdentifier: randomUUID(), conversationId, created: new Date() },
      },
      payload,
    }),
    keyOf('digipost'),
    form,
  );

/** Answers a pull with a receipt; a confirmation alone, with nothing. */
export const handsOver = (sbd: string) => async (asked: Asked): ReturnType<StubBroker['answer']> => {
  const pull = signals(asked).find((signal) => signal.pull !== undefined)?.pull;
  if (pull === undefined) return { status: 200, body: '' };
  const message = pulledReceipt(
    { info: infoFor(asked), mpc: pull, conversationId: randomUUID() },
    meldingsformidler.organisasjonsnummer,
    sender.organisasjonsnummer,
  );
  return signedAnswer(encodeUserMessage(message), broker, [parse(sbd)]);
};
