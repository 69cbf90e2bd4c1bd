// A real Slurm on this one machine, of Debian's packages, without systemd: a controller, a node with all cores, and munge between them.
import { execFileSync, spawnSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import os from "node:os";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

const programs = ["sbatch", "munged", "slurmctld", "slurmd"];
const isThere = (program: string) => spawnSync("which", [program]).status === 0;

/** Why there can be none here; undefined where there can. */
export function whyNoSlurm(): string | undefined {
  if (process.platform !== "linux") return "SKIPPED: a Slurm of one's own needs Linux";
  if (process.getuid?.() !== 0) return "SKIPPED: a Slurm of one's own needs root";
  const missing = programs.filter((program) => !isThere(program));
  if (missing.length === 0) return undefined;
  return `SKIPPED: no ${missing.join(", ")}; on Debian: apt-get install --no-install-recommends slurm-wlm munge`;
}

export interface Slurm {
  /** What a process needs to find it. */
  env: Record<string, string>;
  stop(): void;
}

/** @param mostTasks what an array may have. */
export async function startSlurm(mostTasks: number): Promise<Slurm> {
  const folder = mkdtempSync(path.join(os.tmpdir(), "bnlab-slurm-"));
  const at = (name: string) => path.join(folder, name);
  const host = os.hostname().split(".")[0]!;
  const [controllerPort, nodePort] = [await freePort(), await freePort()];
  for (const name of ["state", "spool"]) mkdirSync(at(name));
  execFileSync("chmod", ["755", folder]);
  writeFileSync(at("munge.key"), randomBytes(1024), { mode: 0o400 });
  writeFileSync(
    at("slurm.conf"),
    `ClusterName=lab
SlurmctldHost=${host}(127.0.0.1)
SlurmUser=root
SlurmdUser=root
AuthType=auth/munge
AuthInfo=socket=${at("munge.sock")}
StateSaveLocation=${at("state")}
SlurmdSpoolDir=${at("spool")}
SlurmctldPidFile=${at("controller.pid")}
SlurmdPidFile=${at("node.pid")}
SlurmctldLogFile=${at("controller.log")}
SlurmdLogFile=${at("node.log")}
SlurmctldPort=${controllerPort}
SlurmdPort=${nodePort}
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SelectType=select/cons_tres
SelectTypeParameters=CR_Core
ReturnToService=2
MaxArraySize=${mostTasks + 1}
NodeName=${host} NodeAddr=127.0.0.1 CPUs=${os.availableParallelism()} RealMemory=4000 State=UNKNOWN
PartitionName=main Nodes=${host} Default=YES MaxTime=INFINITE State=UP
`,
  );
  const env = { SLURM_CONF: at("slurm.conf") };
  const own = { env: { ...process.env, ...env }, stdio: "pipe" as const };
  const stop = () => {
    for (const name of ["node.pid", "controller.pid", "munge.pid"]) end(at(name));
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    execFileSync("munged", [
      ...["--force", "--key-file", at("munge.key"), "--socket", at("munge.sock")],
      ...["--pid-file", at("munge.pid"), "--log-file", at("munge.log"), "--seed-file", at("munge.seed")],
    ]);
    execFileSync("slurmctld", ["-c"], own);
    execFileSync("slurmd", ["-N", host], own);
    for (let tries = 0; ; tries++) {
      const { stdout } = spawnSync("sinfo", ["--noheader", "--format", "%T"], { ...own, encoding: "utf8" });
      if (/^idle/.test(stdout)) return { env, stop };
      if (tries > 300)
        throw new Error(
          `Slurm's node did not come up: ${stdout}\n${readFileSync(at("controller.log"), "utf8")}`,
        );
      await sleep(200);
    }
  } catch (error) {
    stop();
    throw error;
  }
}

/** By the number that it has written down. */
function end(pidFile: string): void {
  if (!existsSync(pidFile)) return;
  const pid = Number(readFileSync(pidFile, "utf8"));
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    // it has gone
  }
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer().once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const { port } = server.address() as { port: number };
      server.close(() => resolve(port));
    });
  });
}
