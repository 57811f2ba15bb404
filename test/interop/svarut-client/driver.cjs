'use strict';

/*
 * Runs the published clients of SvarUt as they are: makes the calls of a JSON list one after another, and prints what came back as another.
 *
 *   node driver.cjs CALLS
 *
 * A call is {"url", "method", "query"}, with user and password in the URL; without a method it is one of version 4, whose client has but
 * one. Where a document's `data` is {"file"}, the octets of the file stand there as base64.
 */
const { readFileSync } = require('node:fs');
// They print what they send.
console.log = () => {};
const client = require('svarut');
const sendV4 = require('svarut-v4');

const octets = (key, value) => (key === 'data' ? readFileSync(value.file, 'base64') : value);
const told = (error) => (error instanceof Error ? { message: String(error.stack) } : error);

function call({ url, method, query }) {
  if (method === undefined) return sendV4({ ...query, config: { url, action: 'urn:sendForsendelse' } });
  return client[method]({ query, config: { url } });
}

async function main([calls]) {
  const answers = [];
  for (const one of JSON.parse(calls, octets)) {
    answers.push(
      await call(one).then(
        (svar) => ({ svar }),
        (error) => ({ feil: told(error) }),
      ),
    );
  }
  process.stdout.write(`${JSON.stringify(answers)}\n`);
}

main(process.argv.slice(2)).catch((error) => {
  process.stderr.write(`${error.stack}\n`);
  process.exitCode = 3;
});
