// Takes the arguments of desktop VS Code's test run and does the same with VS Code's server and a browser.
import path from "node:path";
import { parseArgs } from "node:util";
import { TestVariable } from "../environment";
import { launchBrowser } from "./browser";
import { cache } from "./install";
import { startServer } from "./server";

const minutes = Number(process.env[TestVariable.minutes] ?? 60);
const picture = path.join(cache, "failure.png");

const { values, positionals } = parseArgs({
  strict: false, // the others are for Electron
  allowPositionals: true,
  options: { extensionTestsPath: { type: "string" } },
});
const { extensionTestsPath: tests } = values;
const [folder] = positionals;
if (typeof tests !== "string" || folder === undefined) {
  throw new Error(`shim: expected a folder and --extensionTestsPath, got ${process.argv.slice(2).join(" ")}`);
}

const say = (line: string) => console.log(line);
const stopped = new Promise<never>((_, reject) => {
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.once(signal, () => reject(new Error(signal)));
  const late = () => reject(new Error(`the test run did not end within ${minutes} minutes`));
  setTimeout(late, minutes * 60_000).unref();
});

const server = await startServer({ say, vsix: process.env[TestVariable.vsix] });
const log: string[] = [];
try {
  const browser = await Promise.race([launchBrowser(say), stopped]);
  try {
    const page = await browser.newPage({ viewport: { width: 1280, height: 900 } });
    // The two names that VS Code's window reports to.
    await page.exposeFunction("codeAutomationLog", (type: string, args: unknown[]) => {
      log.push(`[${type}] ${args.join(" ")}`.split("\n", 1)[0]!.slice(0, 300));
    });
    const ended = new Promise<number>((resolve) => page.exposeFunction("codeAutomationExit", resolve));
    const crashed = new Promise<never>((_, reject) =>
      page.once("crash", () => reject(new Error("page crashed"))),
    );
    await page.goto(server.windowUrl(folder, { extensionTestsPath: tests }));
    process.exitCode = await Promise.race([ended, crashed, server.died, stopped]).catch(async (error) => {
      await page.screenshot({ path: picture }).catch(() => {}); // a page that has crashed has none
      throw error;
    });
  } finally {
    await browser.close();
  }
} catch (error) {
  process.exitCode = 1;
  console.error(String(error));
} finally {
  await server.stop();
}
if (process.exitCode)
  console.error(
    `${picture} may show the window at its end. Its log ends with:\n${log.slice(-30).join("\n")}`,
  );
process.exit();
