import type { IncomingMessage } from 'node:http';
import type { ContentStage } from '../contract/contents/stage.js';
import { Failure } from '../errors.js';
import type { Account, PasswordDoor } from '../security/password.js';
import type { Incoming } from '../security/signature.js';
import { parseMediaType, parseMultipartType } from '../soap/mime.js';
import type { SoapContext } from './server.js';
import { readHttpHeader } from './soapEndpoint.js';

/* What the endpoints have in common that take documents and passwords. */

/** Octets of a message with documents of `contents` octets as base64 in lines of 76, which take 74/54 of them, and what stands around them. */
export const messageBytes = (contents: number, around: number): number => Math.ceil(contents * 1.4) + around;

/** Asks for the next piece of a request only when the store has the last one. */
export async function* paced(stream: AsyncIterable<Uint8Array>, stage: ContentStage): AsyncGenerator<Uint8Array> {
  for await (const chunk of stream) {
    yield chunk;
    await stage.drained();
  }
}

/** What the HTTP header says of a message with parts. @throws Failure UNSUPPORTED_MEDIA_TYPE, TOO_LARGE */
function readPartsHeader(
  { headers }: IncomingMessage,
  type: string,
  maxBytes: number,
): readonly (string | undefined)[] {
  if ((headers['content-encoding'] ?? 'identity') !== 'identity') {
    throw new Failure('UNSUPPORTED_MEDIA_TYPE', 'Content-Encoding', { types: 'multipart/related' });
  }
  if (Number(headers['content-length'] ?? 0) > maxBytes) throw new Failure('TOO_LARGE', 'Content-Length');
  const soapAction = headers['soapaction'];
  const action = typeof soapAction === 'string' ? soapAction.trim().replace(/^"(.*)"$/, '$1') : undefined;
  return [parseMediaType(type)?.parameters.get('action'), action];
}

/**
 * Says in `incoming` what comes. @returns what the HTTP header calls the operation
 * @throws Failure UNSUPPORTED_MEDIA_TYPE, TOO_LARGE
 */
export function readStagedHeader(
  req: IncomingMessage,
  incoming: Incoming,
  maxBytes: number,
): readonly (string | undefined)[] {
  const type = req.headers['content-type'] ?? '';
  incoming.multipart = parseMultipartType(type);
  if (incoming.multipart !== undefined) return readPartsHeader(req, type, maxBytes);
  const { charset, actions } = readHttpHeader(req, maxBytes);
  incoming.charset = charset;
  return actions;
}

export interface Passwords {
  readonly door: PasswordDoor;
  /** Take a password over plain HTTP. Never in production (SECURITY.md 77). */
  readonly plainPasswords: boolean;
}

/** Who shows a password. Nothing of the body is read for it. @throws Failure UNAUTHORIZED, TOO_MANY_REQUESTS */
export async function accountOf(
  { door, plainPasswords }: Passwords,
  authorization: string | undefined,
  { secure, remote }: SoapContext,
): Promise<Account> {
  if (!secure && !plainPasswords) throw new Failure('UNAUTHORIZED', 'a password over plain HTTP');
  return door(authorization, remote);
}
