// The unit tests of a room once more, in processes where something was changed before they were loaded.

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { readdirSync } from "node:fs";
import { availableParallelism } from "node:os";
import path from "node:path";
import { promisify } from "node:util";

const root = path.join(import.meta.dirname, "..", "..");

/** Rejects unless the tests of `room` pass after `preload`, a file beside this one; those named by `except` are left out. */
export async function passAfter(
  preload: string,
  room: string,
  except: readonly string[] = [],
): Promise<void> {
  const chosen = readdirSync(path.join(root, "test", "unit", room))
    .filter((name) => name.endsWith(".test.ts") && !except.includes(path.basename(name, ".test.ts")))
    .map((name) => path.join("test", "unit", room, name));
  const { NODE_TEST_CONTEXT: _, ...env } = process.env; // with it Node's runner skips every file, and says that all is well
  const preloads = ["tsx", `./test/soak/${preload}`].flatMap((each) => ["--import", each]);
  const options = [
    ...preloads,
    "--test",
    "--test-reporter=tap",
    `--test-concurrency=${availableParallelism()}`,
  ];
  const { stdout } = await promisify(execFile)(process.execPath, [...options, ...chosen], {
    ...{ cwd: root, env, maxBuffer: 2 ** 28 },
  });
  const passed = Number(/^# pass (\d+)$/m.exec(stdout)?.[1] ?? 0);
  assert.ok(passed >= chosen.length, `${passed} tests of ${chosen.length} files passed`);
}
