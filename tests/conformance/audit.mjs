// Runs every audit of graphql-http against a live server: `npm ci && node audit.mjs http://127.0.0.1:8080/graphql`.
// Prints what is not `ok`, and fails unless all of them are.

import { serverAudits } from 'graphql-http';

// A smaller number means that the package changed under us, and that the promise shrank with it.
const EXPECTED = 61;

const url = process.argv[2];
if (!url) {
  console.error('usage: node audit.mjs <url of the GraphQL endpoint>');
  process.exit(2);
}

const results = [];
for (const audit of serverAudits({ url })) {
  const result = await audit.fn();
  results.push(result);
  if (result.status !== 'ok') {
    const { status, headers } = result.response;
    console.log(`${result.status} ${audit.id} ${audit.name}: ${result.reason}`);
    console.log(`  answered ${status} ${headers.get('content-type') ?? 'without a content type'}`);
  }
}

const passed = results.filter((result) => result.status === 'ok').length;
console.log(`${passed} passed, ${results.length - passed} failed`);
if (results.length !== EXPECTED) {
  console.log(`${EXPECTED} audits were expected, and ${results.length} ran`);
}
process.exitCode = passed === EXPECTED && results.length === EXPECTED ? 0 : 1;
