// The file by which a Jupyter client tells a kernel where to listen and with which key messages are signed.
import { createHmac } from "node:crypto";
import { stat } from "node:fs/promises";
import { isIP, isIPv6 } from "node:net";
import { readTextFile } from "../host/textFile";

export interface Connection {
  transport: "tcp" | "ipc";
  ip: string;
  /** Hash of the HMAC, as `node:crypto` names it: `sha256`. */
  hash: string;
  key: string;
  ports: Record<ConnectionPort, number>;
}

export type ConnectionPort = "shell" | "control" | "iopub" | "stdin" | "hb";

const portNames: ConnectionPort[] = ["shell", "control", "iopub", "stdin", "hb"];

/** Others may read it: they could sign messages, and so run code as its owner. */
const openToOthers = 0o077;

/**
 * @param warn told when other users of the machine can read the key, or other machines can reach the ports.
 * @throws Error that says what is wrong with the file.
 */
export async function readConnectionFile(file: string, warn: (text: string) => void): Promise<Connection> {
  let connection: Connection;
  try {
    connection = parseConnection(await readTextFile(file));
  } catch (error) {
    throw new Error(`connection file ${file}: ${(error as Error).message}`);
  }
  const { mode } = await stat(file);
  if (process.platform !== "win32" && (mode & openToOthers) !== 0) {
    const octal = (mode & 0o777).toString(8);
    warn(`${file} has mode ${octal}: whoever can read its key can run code as you; expected 600 (chmod 600)`);
  }
  const { transport, ip } = connection;
  if (transport === "tcp" && !isLoopback(ip)) {
    warn(
      `it listens on ${ip}, which other machines may reach: unencrypted, and whoever has the key can run code as you`,
    );
  }
  return connection;
}

/** @throws Error that says what is wrong with the text. */
export function parseConnection(text: string): Connection {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    throw new Error(`it is not JSON: ${(error as Error).message}`);
  }
  if (typeof json !== "object" || json === null) throw new Error("expected a JSON object");
  const fields = json as Record<string, unknown>;
  const { transport = "tcp", ip = "127.0.0.1", key, signature_scheme = "hmac-sha256" } = fields;
  if (transport !== "tcp" && transport !== "ipc") {
    throw new Error(`expected transport tcp or ipc, got ${JSON.stringify(transport)}`);
  }
  if (typeof ip !== "string" || ip === "") {
    throw new Error(`expected ip to be an address, got ${JSON.stringify(ip)}`);
  }
  // An empty key would mean that anybody's messages act.
  if (typeof key !== "string" || key === "") throw new Error("expected a key, got none");
  const hash = /^hmac-([\w-]+)$/.exec(String(signature_scheme))?.[1];
  if (!hash || !canSign(hash)) {
    throw new Error(`expected signature_scheme hmac-sha256, got ${JSON.stringify(signature_scheme)}`);
  }
  const ports = Object.fromEntries(
    portNames.map((name) => [name, portOf(fields, `${name}_port`, transport)]),
  ) as Connection["ports"];
  if (new Set(Object.values(ports)).size < portNames.length) {
    throw new Error(`expected five ports that differ, got ${Object.values(ports).join(", ")}`);
  }
  return { transport, ip, hash, key, ports };
}

function canSign(hash: string): boolean {
  try {
    createHmac(hash, "key").digest();
    return true;
  } catch {
    return false;
  }
}

function isLoopback(ip: string): boolean {
  return ip === "localhost" || ip === "::1" || (isIP(ip) === 4 && ip.startsWith("127."));
}

/** Where a socket of that port listens. */
export function addressOf({ transport, ip, ports }: Connection, port: ConnectionPort): string {
  if (transport === "ipc") return `ipc://${ip}-${ports[port]}`;
  return `tcp://${isIPv6(ip) ? `[${ip}]` : ip}:${ports[port]}`;
}

/** In the name of a file a number is a number; TCP has 65,535 ports. */
function portOf(fields: Record<string, unknown>, name: string, transport: Connection["transport"]): number {
  const port = fields[name];
  const most = transport === "tcp" ? 65_535 : Number.MAX_SAFE_INTEGER;
  if (typeof port === "number" && Number.isInteger(port) && port > 0 && port <= most) return port;
  throw new Error(`expected ${name} to be a port's number, got ${JSON.stringify(port)}`);
}
