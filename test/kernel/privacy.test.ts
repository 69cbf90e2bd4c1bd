// Nothing is collected: in the built files there is no code that could send anything, but where the table says what for.
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";

const dist = path.join(import.meta.dirname, "../../dist");
const network =
  /(?:from|require\(|import\() ?"(?:node:)?(?:https?|http2|net|tls|dns|dgram|undici)(?:\/\w+)?"|(?<![.\w])fetch\((?!\))|XMLHttpRequest|WebSocket|EventSource|sendBeacon|TelemetryLogger/g;

/** What is left, by the text around it. */
const known: [why: string, where: RegExp][] = [
  ["the runner's pipe to the supervisor, which it inherits", /import \{ Socket \} from "node:net"/],
  [
    "a debugger's line: it listens on this machine, and only where one was asked for",
    /import \{ createServer \} from "node:http"/,
  ],
  ["its answer to who has come", /Sec-WebSocket-Accept: \$\{accept\}/],
  [
    "a kernel that outlives its window: a socket that is a file of this user's, or a pipe of this machine",
    /import \{ createServer \} from "node:net"/,
  ],
  ["the window's way back to it", /require\("node:net"\)/],
  ["whether an address in a connection file is one", /import \{ isIP[^}]*\} from "node:net"/],
  [
    "Plotly's d3 reads maps by it, which our charts have not; pages' policies forbid it as well",
    /new XMLHttpRequest/,
  ],
];

test("the build has no code that talks to anybody", () => {
  const found: string[] = [];
  for (const name of readdirSync(dist, { recursive: true, encoding: "utf8" })) {
    if (!/\.c?js$/.test(name) || name.includes(`typescript${path.sep}lib`)) continue;
    const text = readFileSync(path.join(dist, name), "utf8");
    for (const { 0: match, index } of text.matchAll(network)) {
      const around = text.slice(Math.max(0, index - 60), index + 60);
      if (!known.some(([, where]) => where.test(around)))
        found.push(`${name}: ${match} in ${JSON.stringify(around)}`);
    }
  }
  assert.deepEqual(found, []);
});

test("the search finds what would", () => {
  for (const bad of [
    'import https from "node:https"',
    'require("http")',
    "await fetch(url)",
    "new WebSocket(url)",
    "navigator.sendBeacon(url)",
  ])
    assert.match(bad, new RegExp(network.source));
});
