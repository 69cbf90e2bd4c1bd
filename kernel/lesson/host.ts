// What a lesson needs of the machine it is on and does not reach for itself: settings, and files by folder.

export interface LessonHost {
  /** An environment variable. */
  setting(name: string): string | undefined;
  /** The names of a folder's files, those changed last at the end; null where there is no such folder. */
  files(folder: string): string[] | null;
  /** A file's text. */
  read(folder: string, name: string): string;
}

const bare: LessonHost = {
  setting: () => undefined,
  files: () => null,
  read: (folder, name) => {
    throw new Error(`lesson: expected a file system to read ${name} in ${folder} from; there is none here`);
  },
};

let current = bare;

/** One a process: the files and settings of a machine are the same for every notebook. */
export function setLessonHost(host: LessonHost): void {
  current = host;
}

export const host = (): LessonHost => current;
