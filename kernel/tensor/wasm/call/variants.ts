// Kernels that are made when first asked for, then kept.

/** What `make` gives, made on the first call. */
export function once<T>(make: () => T): () => T {
  let made: T | undefined;
  return () => (made ??= make());
}

type Option = string | number | boolean | null;

/** What `make` gives for a key, made once for each. */
export function byKey<K extends Option | object, T>(make: (key: K) => T): (key: K) => T {
  const made = new Map<K, T>();
  return (key) => {
    let one = made.get(key);
    if (one === undefined) {
      one = make(key);
      made.set(key, one);
    }
    return one;
  };
}

/** What `make` gives for named options, made once for each combination. */
export function variants<O extends { readonly [name in keyof O]: Option }, T>(
  make: (options: O) => T,
): (options: O) => T {
  // A tree of maps, a level an option: joining a key of text would take longer than a small kernel's call.
  type Level = Map<Option, Level | T>;
  const root: Level = new Map();
  let names: (keyof O)[] | undefined;
  return (options) => {
    names ??= Object.keys(options) as (keyof O)[];
    let level = root;
    const last = names.length - 1;
    for (let i = 0; i < last; i++) {
      const option = options[names[i]!];
      let next = level.get(option) as Level | undefined;
      if (next === undefined) {
        next = new Map();
        level.set(option, next);
      }
      level = next;
    }
    const option = options[names[last]!];
    let one = level.get(option) as T | undefined;
    if (one === undefined) {
      one = make(options);
      level.set(option, one);
    }
    return one;
  };
}
