// The version, from the one place that states it.
import { version } from "../package.json";

export { version };
