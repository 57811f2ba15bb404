import { json as readJson, type Express, type Request, type Response } from 'express';
import { z } from 'zod';
import { harNasjonalId, varselkonto, type Mottattvarsel, type Varselfeil } from './varsler.js';

export const SMS_PATH = '/sms';

export interface MottattSms extends Mottattvarsel {
  readonly kanal: 'SMS';
  /** What it is known by, when it comes again. */
  readonly noekkel: string;
  readonly avsender: string;
}

/** What the double does otherwise than it should, on demand. */
export interface Smsfeil extends Varselfeil {
  /** Answers everything with it; with `retryAfter` where that is set. */
  status?: number;
  retryAfter?: string;
  /** Takes the SMS and then closes the connection. */
  loseAnswer?: boolean;
}

export interface SmsDouble {
  readonly behaviour: Smsfeil;
  readonly mottatt: readonly MottattSms[];
  /** Why requests were refused that no notice of ours should be. */
  readonly brudd: readonly string[];
}

/** The contract: E.164, at most 160 characters, known by an id that is the key too. */
const sms = z.strictObject({
  to: z.string().regex(/^\+[1-9]\d{7,14}$/),
  text: z.string().refine((text) => text.trim() !== '' && [...text].length <= 160, 'is empty or longer than 160'),
  from: z.string().max(11),
  id: z.string().min(1),
});

/** Numbers that are answered with their last three digits: `+4740000422`. */
const agreed = /^\+4740000([45]\d\d)$/;

const authorised = ({ headers }: Request): boolean =>
  headers.authorization === `Basic ${Buffer.from(`${varselkonto.bruker}:${varselkonto.passord}`).toString('base64')}`;

interface Tray extends SmsDouble {
  readonly mottatt: MottattSms[];
  readonly brudd: string[];
  readonly now: () => Date;
}

type Answer = readonly [status: number, body: Readonly<Record<string, string>>];

function answerTo(request: Request, tray: Tray): Answer {
  if (!authorised(request)) return [401, { status: 'unauthorised' }];
  const noekkel = request.get('Idempotency-Key') ?? '';
  const read = sms.safeParse(request.body);
  if (!read.success || noekkel === '') {
    tray.brudd.push(read.error?.issues[0]?.message ?? 'no Idempotency-Key');
    return [400, { status: 'invalid' }];
  }
  const { to, text, from } = read.data;
  if (harNasjonalId(text)) {
    tray.brudd.push('a national id');
    return [422, { status: 'refused' }];
  }
  const [, status] = agreed.exec(to) ?? [];
  if (status !== undefined) return [Number(status), { status: 'as told' }];
  if (!tray.mottatt.some((one) => one.noekkel === noekkel))
    tray.mottatt.push({ kanal: 'SMS', mottatt: tray.now(), til: to, emne: null, tekst: text, noekkel, avsender: from });
  return [202, { status: 'accepted' }];
}

function handle(request: Request, response: Response, tray: Tray): void {
  const { behaviour } = tray;
  if (behaviour.down === true) return void request.socket.destroy();
  if (behaviour.retryAfter !== undefined) response.set('Retry-After', behaviour.retryAfter);
  if (behaviour.status !== undefined) return void response.status(behaviour.status).json({ status: 'as told' });
  const [status, body] = answerTo(request, tray);
  if (behaviour.loseAnswer === true) return void request.socket.destroy();
  response.status(status).json(body);
}

/** Adds the double of a gateway for SMS at `/sms`. */
export function addSms(app: Express, now: () => Date): SmsDouble {
  const tray: Tray = { behaviour: {}, mottatt: [], brudd: [], now };
  app.post(SMS_PATH, readJson({ limit: '16kb' }), (request, response) => handle(request, response, tray));
  return tray;
}

/** How the gateway speaks to the double. */
export const smsoppsett = {
  POSTHORN_SMS_BODY: '{"to":"{number}","text":"{text}","from":"{sender}","id":"{id}"}',
  POSTHORN_SMS_SENDER: 'Posthorn',
  POSTHORN_SMS_USER: varselkonto.bruker,
  POSTHORN_SMS_PASSWORD: varselkonto.passord,
} as const;
