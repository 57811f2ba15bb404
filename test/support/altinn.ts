import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import express from 'express';
import { addAltinn, altinnUtvikling, type AltinnDouble } from '../../src/sandbox/altinn/altinn.js';

/** A business without an address for notices, one that is not there, and a person who has opted out. */
export const utenAdresse = '310000043';
export const ukjent = '310000094';
export const reservert = '15819010053';

export interface TestAltinn extends AltinnDouble {
  /** Of Altinn, and of the issuer of tokens. */
  readonly url: string;
  readonly maskinporten: string;
  stop(): Promise<void>;
}

/** The double of the sandbox, in this process. @param now its clock @param calendar by which it notifies */
export async function startAltinn(now = () => new Date(), calendar = now): Promise<TestAltinn> {
  const app = express();
  const double = addAltinn(app, {
    ...altinnUtvikling,
    utenAdresse: new Set([utenAdresse]),
    ukjente: new Set([ukjent]),
    reserverte: new Set([reservert]),
    now,
    calendar: { now: calendar },
  });
  const server = createServer(app);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    ...double,
    url: `${origin}/altinn`,
    maskinporten: `${origin}/maskinporten`,
    stop: () => {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}

/** What a gateway is told of it. */
export const altinnSettings = (
  { url, maskinporten }: Pick<TestAltinn, 'url' | 'maskinporten'>,
  kind: 'rest' | 'soap',
) => ({
  POSTHORN_ALTINN_URL: url,
  POSTHORN_ALTINN_KIND: kind,
  POSTHORN_ALTINN_POLL: '1',
  ...(kind === 'rest'
    ? {
        POSTHORN_ALTINN_RESOURCE: altinnUtvikling.ressurser.vanlig,
        POSTHORN_ALTINN_CONFIDENTIAL_RESOURCE: altinnUtvikling.ressurser.taushetsbelagt,
        POSTHORN_ALTINN_MASKINPORTEN_URL: maskinporten,
        POSTHORN_ALTINN_MASKINPORTEN_CLIENT: altinnUtvikling.klient,
      }
    : {
        POSTHORN_ALTINN_RESOURCE: '4255/10',
        POSTHORN_ALTINN_USER: altinnUtvikling.bruker,
        POSTHORN_ALTINN_PASSWORD: altinnUtvikling.passord,
        POSTHORN_ALTINN_USER_CODE: altinnUtvikling.systemkode,
      }),
});

/** Makes the double behave again. */
export function behave({ behaviour }: AltinnDouble): void {
  for (const name of Object.keys(behaviour)) delete behaviour[name as keyof typeof behaviour];
}
