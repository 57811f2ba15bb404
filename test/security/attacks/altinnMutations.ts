import type { Mutation } from './mutation.js';
import { heldBy } from './mutation.js';

/* Checks of what Altinn answers, and of what its doubles take and tell; each with the test that needs it. */

const rest = heldBy('client/altinn/rest.ts', 'client/altinn/altinn');
const round = heldBy('client/altinn/runde.ts', 'client/altinn/altinn');
const bearer = heldBy('client/bearer.ts', 'client/altinn/altinn');
const double = heldBy('sandbox/altinn/correspondence.ts', 'sandbox/altinn/altinn');
const basic = heldBy('sandbox/altinn/basic.ts', 'sandbox/altinn/basic');
const notices = heldBy('sandbox/notices.ts', 'sandbox/notices');

export const altinnMutations: readonly Mutation[] = [
  rest('a letter that is there', "if (status === 409) return { type: 'ja', verdi: 'conflict' };", '', '409'),
  rest('a letter that is not there', 'status === 404 || ', '', 'R-18'),
  rest('a letter that is gone', ' || status === 410', '', 'R-18'),
  rest(
    'read, whatever was done afterwards',
    "if (read !== null && read !== undefined && !opened.has(status)) return 'Read';",
    '',
    'R-18',
  ),
  rest('documents are uploaded once', 'if (i < ids.length) continue;', '', 'documents are uploaded once'),
  round('who is asked to wait asks no more', ' || vent !== undefined', '', '429 to all'),
  bearer(
    'a token that was refused is forgotten',
    'if (answer.status === 401) tokens.glem(token.verdi);',
    '',
    'one token serves',
  ),
  bearer(
    'a request whose token was refused is made again',
    'if (answer.status === 401 && again) return attempt(false);',
    '',
    'one token serves',
  ),
  double(
    'a token',
    "if (!isKnown(spurt, tilstand, oppsett)) return problem(401, 4001, 'You must use an Altinn token');",
    '',
    'no token',
  ),
  double(
    'a resource for confidential letters',
    'if (resourceId !== (isConfidential ? taushetsbelagt : vanlig))',
    'if (false)',
    'R-50',
  ),
  double(
    'documents that are there',
    'if (documents.includes(undefined))',
    'if (false)',
    'a document that is not there',
  ),
  basic('the schema of the WSDL', "if (reason !== '') return refused(reason);", '', 'members in another order'),
  basic(
    'the action of the operation',
    ".replace(/\"/g, '') !== ACTION)",
    ".replace(/\"/g, '') === '')",
    'the SOAPAction',
  ),
  basic('contents that are base64', 'if (documents.length < contents.length)', 'if (false)', 'base64'),
  basic('one operation', ' && more.length === 0', '', 'two operations'),
  notices('no notice of what was read', ' && (opened === null || at < opened)', '', 'R-17: opened'),
  notices('no notice before its time', 'at <= now && ', '', 'R-17: opened'),
  notices('no notice before the morning', 'if (local < begin) return begin;', '', 'R-21'),
];
