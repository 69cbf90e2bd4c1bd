// `bnlab jupyter`: makes the kernel known to Jupyter, tells where it is known, and is what Jupyter then starts.
import { fileURLToPath } from "node:url";
import { version } from "../version";
import { install, list, uninstall, userKernelsFolder } from "./kernelspec";
import { loadZmq } from "./zmqTransport";

/** The command line itself, as the build names it. */
const cli = fileURLToPath(new URL("./cli.js", import.meta.url));

export async function installKernel(options: { name: string; displayName: string }): Promise<void> {
  await loadZmq(); // better said now than when a notebook opens
  const command = [process.execPath, cli, "jupyter", "start"];
  const folder = await install({ ...options, command, version });
  console.log(`Jupyter now offers "${options.displayName}" (${options.name}):\n  ${folder}`);
  if (/[\\/]_npx[\\/]/.test(cli)) {
    console.log(
      `It starts ${cli}, which npx may clean away: npm install -g bnlab, and install again, to keep it.`,
    );
  }
}

export async function uninstallKernel(name: string): Promise<void> {
  console.log(`Removed ${await uninstall(name)}`);
}

export async function listKernels(): Promise<void> {
  const installed = await list();
  if (installed.length === 0) {
    console.log(`None in ${userKernelsFolder()}; install one: bnlab jupyter install`);
  }
  for (const { name, displayName, folder, missing } of installed) {
    console.log(`${name}  ${displayName}  ${folder}`);
    if (missing)
      console.log(`  broken: ${missing} is not there any more; bnlab jupyter install --name ${name}`);
  }
}

/** Ends the process when a client has shut the kernel down, or has gone. */
export async function startKernel(file: string): Promise<void> {
  const { runJupyterKernel } = await import("./start");
  await runJupyterKernel(file);
  process.exit(0); // whatever a thread of its may still be at
}
