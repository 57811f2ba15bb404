import { createHash, randomUUID } from 'node:crypto';
import { limits } from '../../limits.js';
import { initializeAttachment } from './schemas.js';
import { json, problem, type Altinntilstand, type Spurt, type Svart, type Vedlegg } from './types.js';

/* Documents in the double of Altinn 3. */

export const read = (body: Buffer): unknown => {
  try {
    return JSON.parse(body.toString()) as unknown;
  } catch {
    return undefined;
  }
};

/** The status of a document; it is looked through for as many looks as is told. */
function statusOf({ looks, behaviour }: Altinntilstand, { id, octets }: Vedlegg): string {
  if (octets === null) return 'Initialized';
  if (behaviour.malware === true) return 'Failed';
  const left = looks.get(id) ?? behaviour.slowScan ?? 0;
  looks.set(id, left - 1);
  return left > 0 ? 'UploadProcessing' : 'Published';
}

const overview = (tilstand: Altinntilstand, vedlegg: Vedlegg, now: Date) => {
  const status = statusOf(tilstand, vedlegg);
  return {
    attachmentId: vedlegg.id,
    resourceId: vedlegg.resourceId,
    fileName: vedlegg.fileName,
    sender: vedlegg.sender,
    sendersReference: vedlegg.sendersReference,
    isEncrypted: false,
    status,
    statusText: status,
    statusChanged: now.toISOString(),
    correspondenceIds: [],
  };
};

/** Characters that no file name has. */
const badName = /[<>:"/\\|?*]/;

export function initializeAttachmentSvar({ body }: Spurt, tilstand: Altinntilstand): Svart {
  const asked = initializeAttachment.safeParse(read(body));
  if (!asked.success) {
    tilstand.brudd.push(`attachment: ${asked.error.issues[0]?.path.join('.')} ${asked.error.issues[0]?.message}`);
    return problem(400, null, 'One or more validation errors occurred');
  }
  const { resourceId, sender, sendersReference, fileName, checksum = null } = asked.data;
  if (fileName === null || fileName === undefined || fileName === '') return problem(400, 2010, 'Filename is missing');
  if (badName.test(fileName)) return problem(400, 2012, 'Filename contains invalid characters');
  const id = randomUUID();
  tilstand.vedlegg.set(id, { id, resourceId, sender, sendersReference, fileName, checksum, octets: null });
  return json(200, id);
}

function uploadSvar(vedlegg: Vedlegg, { body, headers }: Spurt, tilstand: Altinntilstand, now: Date): Svart {
  if (!String(headers['content-type']).startsWith('application/octet-stream')) {
    tilstand.brudd.push('upload: not application/octet-stream');
    return problem(400, 2004, 'File must have content');
  }
  if (body.length === 0 || body.length > limits.altinnBytes)
    return problem(400, 2004, 'File must have content and has a max file size of 250 MB');
  if (vedlegg.octets !== null) return problem(400, 2005, 'File has already been or is being uploaded');
  const md5 = createHash('md5').update(body).digest('hex');
  if (md5 !== (vedlegg.checksum?.toLowerCase() ?? md5)) return problem(400, 2008, 'Checksum mismatch');
  vedlegg.octets = body;
  return json(200, overview(tilstand, vedlegg, now));
}

/** What is asked of one document. */
export function attachmentSvar(spurt: Spurt, id: string, rest: string, tilstand: Altinntilstand, now: Date): Svart {
  const vedlegg = tilstand.vedlegg.get(id);
  if (vedlegg === undefined) return problem(404, 2001, 'The requested attachment was not found');
  if (spurt.method === 'POST' && rest === '/upload') return uploadSvar(vedlegg, spurt, tilstand, now);
  if (spurt.method === 'DELETE' && rest === '') tilstand.vedlegg.delete(id);
  else if (spurt.method !== 'GET' || rest !== '') return problem(404, null, 'Not Found');
  return json(200, overview(tilstand, vedlegg, now));
}
