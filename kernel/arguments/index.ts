// What is asked of arguments before anything happens with them. The door of this room.
export { nearest, optionsOf, requireKnown, requireOptions } from "./options";
export {
  describe,
  isPlain,
  isRecord,
  isTensorLike,
  requireFlag,
  requireFunction,
  requireInteger,
  requireIntegers,
  requireNonNegative,
  requireNumber,
  requireNumbers,
  requireRange,
  requireShare,
  show,
} from "./values";
