// A message as the frames that travel over ZeroMQ, and back: JSON in four frames, signed. Nothing unsigned gets through.
import { createHmac, timingSafeEqual } from "node:crypto";
import type { AnyMessage, Channel, Message } from "../protocol";

const delimiter = Buffer.from("<IDS|MSG>");
/** How many signatures are remembered; Jupyter's own count. */
const rememberedSignatures = 65_536;

/** A message, and whom a reply to it goes to. */
export interface Received {
  message: AnyMessage;
  identities: Buffer[];
}

export class SignedMessages {
  /** Those received, oldest first: a message that comes again is somebody's recording of it. */
  readonly #seen = new Set<string>();

  readonly #hash: string;
  readonly #key: string;

  constructor(hash: string, key: string) {
    this.#hash = hash;
    this.#key = key;
  }

  /** [...identities, delimiter, signature, header, parent header, metadata, content] */
  pack(message: Message, identities: readonly (Buffer | string)[]): (Buffer | string)[] {
    const { header, parent_header, metadata, content } = message;
    const parts = [header, parent_header, metadata, content].map((part) => Buffer.from(JSON.stringify(part)));
    return [...identities, delimiter, this.#sign(parts).toString("hex"), ...parts];
  }

  /** @throws Error that says why the frames are no message to act on. */
  unpack(frames: readonly Buffer[], channel: Channel): Received {
    const at = frames.findIndex((frame) => frame.equals(delimiter));
    const [signature, ...parts] = frames.slice(at + 1, at + 6);
    if (at < 0 || !signature || parts.length < 4) {
      throw new Error(`expected a delimiter, a signature and four parts, got ${frames.length} frames`);
    }
    const given = Buffer.from(signature.toString("latin1"), "hex");
    const right = this.#sign(parts);
    if (given.length !== right.length || !timingSafeEqual(given, right)) {
      throw new Error("its signature is not of this connection's key");
    }
    this.#remember(right.toString("hex"));
    const [header, parent_header, metadata, content] = parts.map(objectOf);
    const { msg_id, msg_type } = header as Record<string, unknown>;
    if (typeof msg_id !== "string" || typeof msg_type !== "string") {
      throw new Error("expected a header with msg_id and msg_type");
    }
    const message = { channel, header, parent_header, metadata, content } as unknown as AnyMessage;
    return { message, identities: frames.slice(0, at) };
  }

  #sign(parts: readonly Buffer[]): Buffer {
    const hmac = createHmac(this.#hash, this.#key);
    for (const part of parts) hmac.update(part);
    return hmac.digest();
  }

  #remember(signature: string): void {
    if (this.#seen.has(signature)) throw new Error("its signature has been used: it is a replay");
    this.#seen.add(signature);
    if (this.#seen.size > rememberedSignatures) this.#seen.delete(this.#seen.values().next().value!);
  }
}

function objectOf(part: Buffer): object {
  const json: unknown = JSON.parse(part.toString("utf8"));
  if (typeof json !== "object" || json === null) throw new Error("expected parts that are JSON objects");
  return json;
}
