// What registering gives back.

/** Takes back what was registered: call it, or its remove(), once or more often. */
export interface RemovableHandle {
  (): void;
  /** The same under PyTorch's name. */
  remove(): void;
}

export function handleOf(remove: () => void): RemovableHandle {
  return Object.assign(() => remove(), { remove: () => remove() });
}
