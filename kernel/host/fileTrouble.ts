// What the system says of a file that it does not read or write, in words.

/** Regular files, and what else a name may stand for. */
interface Kind {
  isFile(): boolean;
  isDirectory(): boolean;
  isFIFO(): boolean;
  isSocket(): boolean;
  isBlockDevice(): boolean;
}

const words: Readonly<Record<string, string>> = {
  ENOENT: "there is no such file",
  EACCES: "permission denied",
  EPERM: "the system does not permit it",
  EISDIR: "it is a folder",
  ENOTDIR: "a part of its path is a file, not a folder",
  EEXIST: "a part of its path is a file, not a folder", // of a folder that is to be made
  ELOOP: "its symbolic links lead back to themselves",
  ENAMETOOLONG: "its name is too long",
  ENOSPC: "no space is left on its disk",
  EDQUOT: "the disk quota is used up",
  EROFS: "its file system is read-only",
  EFBIG: "it would be larger than its file system takes",
  EIO: "its disk does not answer as it should (EIO)",
  EMFILE: "too many files are open",
  ENFILE: "too many files are open on this machine",
  EBUSY: "another program has it open",
  ETXTBSY: "it is a program that runs",
  ENXIO: "no device answers under its name",
  EINVAL: "the system does not take its name",
  ERR_FS_FILE_TOO_LARGE: "it is larger than 2 GB",
  ERR_STRING_TOO_LONG: "it is longer than a text may be (512 MB)",
};

/** One line of words for an error of Node's, or of ours as it is. */
export function wordsOf(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  return (typeof code === "string" && Object.hasOwn(words, code) && words[code]) || message || String(error);
}

/** What a name stands for, if not for a file that can be read and written as a whole. */
export function kindOf(found: Kind): string | undefined {
  if (found.isFile()) return undefined;
  if (found.isDirectory()) return "a folder";
  if (found.isFIFO()) return "a pipe";
  if (found.isSocket()) return "a socket";
  return found.isBlockDevice() ? "a disk" : "a device";
}
