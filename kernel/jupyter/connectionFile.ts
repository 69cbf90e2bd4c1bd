// The file by which a Jupyter client tells a kernel where to listen and with which key messages are signed.
import { readFile, stat } from "node:fs/promises";

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
 * @param warn told when other users of the machine can read the key.
 * @throws Error that says what is wrong with the file.
 */
export async function readConnectionFile(file: string, warn: (text: string) => void): Promise<Connection> {
  const connection = parseConnection(await readFile(file, "utf8"));
  const { mode } = await stat(file);
  if (process.platform !== "win32" && (mode & openToOthers) !== 0) {
    const octal = (mode & 0o777).toString(8);
    warn(`${file} has mode ${octal}: whoever can read its key can run code as you; expected 600 (chmod 600)`);
  }
  return connection;
}

export function parseConnection(text: string): Connection {
  const json: unknown = JSON.parse(text);
  if (typeof json !== "object" || json === null) throw new Error("connection file: expected a JSON object");
  const fields = json as Record<string, unknown>;
  const { transport = "tcp", ip = "127.0.0.1", key, signature_scheme = "hmac-sha256" } = fields;
  if (transport !== "tcp" && transport !== "ipc") {
    throw new Error(`connection file: expected transport tcp or ipc, got ${JSON.stringify(transport)}`);
  }
  // An empty key would mean that anybody's messages act.
  if (typeof key !== "string" || key === "") throw new Error("connection file: expected a key, got none");
  const hash = /^hmac-([\w-]+)$/.exec(String(signature_scheme))?.[1];
  if (!hash) {
    throw new Error(
      `connection file: expected signature_scheme hmac-sha256, got ${JSON.stringify(signature_scheme)}`,
    );
  }
  const ports = Object.fromEntries(portNames.map((name) => [name, portOf(fields, `${name}_port`)]));
  return { transport, ip: String(ip), hash, key, ports: ports as Connection["ports"] };
}

/** Where a socket of that port listens. */
export function addressOf({ transport, ip, ports }: Connection, port: ConnectionPort): string {
  return transport === "tcp" ? `tcp://${ip}:${ports[port]}` : `ipc://${ip}-${ports[port]}`;
}

function portOf(fields: Record<string, unknown>, name: string): number {
  const port = fields[name];
  if (typeof port === "number" && Number.isInteger(port) && port > 0) return port;
  throw new Error(`connection file: expected ${name} to be a port's number, got ${JSON.stringify(port)}`);
}
