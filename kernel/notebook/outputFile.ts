// A file that a command is to write: tried before the work begins, written beside and renamed, saved elsewhere if it must be.
import { randomBytes } from "node:crypto";
import { rmSync, writeSync } from "node:fs";
import {
  access,
  chmod,
  chown,
  constants,
  lstat,
  open,
  readFile,
  readlink,
  realpath,
  rename,
  rm,
  stat,
  writeFile,
} from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { setTimeout } from "node:timers/promises";
import { kindOf, wordsOf } from "../host/fileTrouble";
import { makeFolder } from "../host/makeFolder";

/** What went wrong with which file; the message is one line for its reader. */
export class FileError extends Error {
  override name = "FileError";
  constructor(
    readonly file: string,
    trouble: unknown,
  ) {
    super(wordsOf(trouble));
  }
}

type Stats = Awaited<ReturnType<typeof stat>>;

/** How often and in which distance a rename is tried where a scanner or an editor holds the file open: on Windows. */
const renameTries = 20;
const renameMs = 100;
/** A chain of symbolic links longer than this leads in a circle; Linux's own limit. */
const longestChain = 40;

/** Files that are being written: none is left behind, however the process ends. */
const unfinished = new Set<string>();
process.on("exit", () => {
  for (const file of unfinished) rmSync(file, { force: true });
});

export class OutputFile {
  /** As the user named it. */
  readonly name: string;
  readonly #file: string;

  private constructor(name: string, file: string) {
    this.name = name;
    this.#file = file;
  }

  /**
   * Finds out whether the file can be written, by writing `text` beside it; makes the folder it is to lie in.
   *
   * @throws FileError when it cannot be.
   */
  static async probe(name: string, text: string): Promise<OutputFile> {
    try {
      if (/[\\/]$/.test(name)) throw new Error("it is a folder, expected a file");
      const file = await targetOf(name);
      const there = await statOf(file);
      const kind = there && kindOf(there);
      if (kind === "a device") await overwrite(file, "");
      else if (kind) throw new Error(`it is ${kind}, expected a file`);
      else {
        if (there) await access(file, constants.W_OK);
        if (!there || (await isReplaceable(file, there))) await discard(await writeBeside(file, text, there));
        else await (await open(file, "r+")).close();
      }
      return new OutputFile(name, file);
    } catch (error) {
      throw new FileError(name, error);
    }
  }

  /** Whether both are one file, by whatever links. */
  async isSameAs(other: OutputFile | string): Promise<boolean> {
    const file = typeof other === "string" ? await targetOf(other) : other.#file;
    if (file === this.#file) return true;
    const [mine, its] = [await statOf(this.#file), await statOf(file)];
    return mine !== undefined && its !== undefined && mine.ino === its.ino && mine.dev === its.dev;
  }

  /**
   * Puts the text into the file, whole or not at all. Its mode, its owner and links to it stay.
   *
   * @throws FileError when it cannot be; what was there before is there still.
   */
  async write(text: string): Promise<void> {
    try {
      const there = await statOf(this.#file);
      if (there && kindOf(there) === "a device") await overwrite(this.#file, text);
      else if (!there || (await isReplaceable(this.#file, there))) {
        await replace(await writeBeside(this.#file, text, there), this.#file).catch((error) => {
          if (!there) throw error;
          return overwriteSafely(this.#file, text); // a mounted file, or one that another program holds, cannot be replaced
        });
      } else await overwriteSafely(this.#file, text);
    } catch (error) {
      throw new FileError(this.name, error);
    }
  }

  /** @returns where the text lies now that its own place does not take it; undefined when no place does. */
  async writeElsewhere(text: string): Promise<string | undefined> {
    for (const folder of new Set([os.tmpdir(), process.cwd(), os.homedir()])) {
      const { name, ext } = path.parse(this.#file);
      const file = path.join(folder, `${name.slice(0, 100)}.${randomName()}${ext}`);
      try {
        unfinished.add(file);
        await writeFile(file, text, { flag: "wx", mode: 0o600, flush: true });
        return file;
      } catch {
        await rm(file, { force: true });
      } finally {
        unfinished.delete(file);
      }
    }
    return undefined;
  }
}

/** Where a name leads, over all links, also to a file that is still to be made. */
async function targetOf(name: string): Promise<string> {
  let file = path.resolve(name);
  for (let links = 0; links <= longestChain; links++) {
    makeFolder(path.dirname(file));
    file = path.join(await realpath(path.dirname(file)), path.basename(file));
    const found = await lstat(file).catch(ignoreMissing);
    if (!found?.isSymbolicLink()) return file;
    file = path.resolve(path.dirname(file), await readlink(file));
  }
  throw Object.assign(new Error("too many links"), { code: "ELOOP" });
}

function statOf(file: string): Promise<Stats | undefined> {
  return stat(file).catch(ignoreMissing);
}

function ignoreMissing(error: NodeJS.ErrnoException): undefined {
  if (error.code !== "ENOENT") throw error;
}

/**
 * Whether a new file may take its place: one that has other names, or an owner whom we could not give the new one, or whose
 * folder takes no new ones, keeps its place.
 */
async function isReplaceable(file: string, { nlink, uid }: Stats): Promise<boolean> {
  const owner = process.getuid?.();
  if (Number(nlink) > 1 || (owner && Number(uid) !== owner)) return false;
  return access(path.dirname(file), constants.W_OK).then(
    () => true,
    () => false,
  );
}

/** @returns the new file, which lies on the disk; like `there` in mode and owner. */
async function writeBeside(file: string, text: string, there: Stats | undefined): Promise<string> {
  const beside = path.join(path.dirname(file), `.bnlab-${randomName()}.tmp`);
  unfinished.add(beside);
  try {
    await writeFile(beside, text, { flag: "wx", flush: true });
    if (there && process.platform !== "win32") {
      await chown(beside, Number(there.uid), Number(there.gid)).catch(() => {}); // a group of somebody else's
      await chmod(beside, Number(there.mode) & 0o7777);
    }
    return beside;
  } catch (error) {
    await discard(beside);
    throw error;
  }
}

async function discard(beside: string): Promise<void> {
  await rm(beside, { force: true });
  unfinished.delete(beside);
}

async function replace(beside: string, file: string): Promise<void> {
  for (let tries = 1; ; tries++) {
    try {
      await rename(beside, file);
      unfinished.delete(beside);
      return;
    } catch (error) {
      if (process.platform === "win32" && tries < renameTries) await setTimeout(renameMs);
      else {
        await discard(beside);
        throw error;
      }
    }
  }
}

/** For what is no file on a disk. Writing nothing asks it too: a full one refuses. */
async function overwrite(device: string, text: string): Promise<void> {
  const handle = await open(device, constants.O_WRONLY);
  try {
    writeSync(handle.fd, new Uint8Array()); // the promises' own `write` would not ask
    await handle.writeFile(text);
  } finally {
    await handle.close();
  }
}

/** Where the file itself must stay. Its blocks are not given back before the new text is in them, so the old text fits still. */
async function overwriteSafely(file: string, text: string): Promise<void> {
  const before = await readFile(file);
  const handle = await open(file, "r+");
  const put = async (bytes: Buffer) => {
    for (let at = 0; at < bytes.length; )
      at += (await handle.write(bytes, at, bytes.length - at, at)).bytesWritten;
    await handle.truncate(bytes.length);
    await handle.sync();
  };
  try {
    await put(Buffer.from(text));
  } catch (error) {
    await put(before);
    throw error;
  } finally {
    await handle.close();
  }
}

function randomName(): string {
  return randomBytes(4).toString("hex");
}
