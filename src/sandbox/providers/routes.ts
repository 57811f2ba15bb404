import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import type { Express, Request, Response } from 'express';
import { ebmsFault } from '../../contract/ebms/encode.js';
import { ebmsErrorFor } from '../../contract/ebms/errors.js';
import type { Calendar } from '../../domain/ports.js';
import { parseCrl } from '../../security/crl.js';
import { signingKey } from '../../security/sign.js';
import { createTrust } from '../../security/trust.js';
import { fingerprint } from '../../security/x509.js';
import { asFailure } from '../../soap/fault.js';
import { parseMediaType, parseMultipartType } from '../../soap/mime.js';
import { contentType } from '../../soap/names.js';
import type { DevelopmentPki } from '../pki/development.js';
import { createDouble, type Double } from './double.js';
import { inboxes, mailboxes, type InboxLetter, type Inboxes } from './inbox.js';
import { putInTray } from './tray.js';
import { providerNames, type ProviderName } from './types.js';

export interface ProvidersOptions {
  readonly pki: DevelopmentPki;
  /** Where printed letters are put. */
  readonly trayDir: string;
  /** Where the broker takes receipts; undefined while nobody knows. */
  readonly brokerUrl: () => Promise<string | undefined>;
  /** When letters become visible; the clock when left out. */
  readonly calendar?: Calendar;
  /** Where else people have letters. */
  readonly elsewhere?: { inbox(id: string): readonly InboxLetter[]; open(id: string): readonly string[] };
  /** Told what a double cannot get rid of. */
  readonly lost: (what: string) => void;
}

const clock = { now: () => new Date() };

export type Doubles = Readonly<Record<ProviderName, Double>>;

function createDoubles(options: ProvidersOptions, moved: ReadonlyMap<string, ProviderName>): Doubles {
  const { pki, trayDir, brokerUrl, lost } = options;
  const { meldingsformidler, sender } = pki.identities;
  const crls = pki.crls.map(parseCrl);
  const trust = createTrust({
    anchors: [pki.root],
    intermediates: [pki.issuing],
    crls: () => crls,
    revocation: 'require',
  });
  const made = providerNames.map((name) => {
    const identity = pki.identities[name];
    const double = createDouble({
      name,
      identity,
      trust,
      clock,
      calendar: options.calendar ?? clock,
      broker: {
        organisasjonsnummer: meldingsformidler.organisasjonsnummer,
        fingeravtrykk: fingerprint(meldingsformidler.certificate),
      },
      mailboxes: new Set(mailboxes.map((mailbox) => fingerprint(pki.identities[mailbox].certificate))),
      // Says that it is this provider, and is not.
      wrongKey: signingKey(sender.privateKey, identity.certificate),
      brokerUrl,
      lost,
      hasMailbox: (id) => id === null || (moved.get(id) ?? name) === name,
      opened: async (letter) => {
        if (letter.post.fysisk !== null) await putInTray(join(trayDir, 'utskrift'), letter);
      },
    });
    return [name, double] as const;
  });
  return Object.fromEntries(made) as unknown as Doubles;
}

/** Takes a push as any receiver of the contract does: an answer, a fault, or none. */
async function push(double: Double, request: Request, response: Response): Promise<void> {
  const type = request.headers['content-type'] ?? '';
  try {
    const answer = await double.receive({
      stream: request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>,
      charset: parseMediaType(type)?.parameters.get('charset'),
      multipart: parseMultipartType(type),
    });
    if (answer === undefined) return void request.socket.destroy();
    response.type(contentType['1.2']).send(answer);
  } catch (error) {
    request.resume();
    const info = { timestamp: new Date(), messageId: randomUUID(), refToMessageId: undefined };
    const { description, ...row } = ebmsErrorFor(asFailure(error));
    response
      .status(500)
      .type(contentType['1.2'])
      .send(ebmsFault(info, row, description));
  }
}

const mailboxIn = (request: Request) => mailboxes.find((name) => name === request.query['to']);
const noMailbox = { error: `to is one of ${mailboxes.join(', ')}` };
const noAddress = { error: `${noMailbox.error}, and address the one there` };

/** What the users of the doubles do, for the command line and the demo. A value that is none of those named is answered with 400. */
function addUsers(app: Express, users: Inboxes, elsewhere: ProvidersOptions['elsewhere']): void {
  app.get('/control/inbox/:id', ({ params: { id } }, response) => {
    response.json([...users.inbox(id), ...(elsewhere?.inbox(id) ?? [])]);
  });
  app.post('/control/open/:id', async (request, response) => {
    const level = ([3, 4] as const).find((l) => String(l) === request.query['level']);
    if (level === undefined) return void response.status(400).json({ error: 'level is 3 or 4' });
    const { opened, stepUp } = await users.open(request.params.id, level);
    response.json({ opened: [...opened, ...(elsewhere?.open(request.params.id) ?? [])], stepUp });
  });
  app.post('/control/switch/:id', (request, response) => {
    const to = mailboxIn(request);
    if (to === undefined) return void response.status(400).json(noMailbox);
    users.switchProvider(request.params.id, to);
    response.json({ to });
  });
  app.post('/control/move/:id', async (request, response) => {
    const [to, address] = [mailboxIn(request), request.query['address']];
    if (to === undefined || typeof address !== 'string') return void response.status(400).json(noAddress);
    response.json(await users.moveLetters(request.params.id, to, address));
  });
}

/** Adds the doubles of Digipost, e-Boks and the print service to the sandbox, and what their users do. */
export function addProviders(app: Express, options: ProvidersOptions): Doubles {
  const moved = new Map<string, ProviderName>();
  const doubles = createDoubles(options, moved);
  for (const name of providerNames) app.post(`/${name}`, (request, response) => push(doubles[name], request, response));
  addUsers(app, inboxes(doubles, moved, options.calendar ?? clock, options.pki.identities), options.elsewhere);
  return doubles;
}
