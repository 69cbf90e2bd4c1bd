// What a browser says of a request that its page may not make tells nobody why: words are added.
import { elsewhere } from "../session/cells/refusedModules";

export function explainFetch(): void {
  const { fetch } = self;
  self.fetch = async (...request) => {
    try {
      return await fetch(...request);
    } catch (error) {
      if (!(error instanceof TypeError)) throw error;
      const reason = "the address cannot be reached, or the page's policy does not allow it";
      throw new TypeError(`fetch: ${error.message} (${reason}; ${elsewhere})`, { cause: error });
    }
  };
}
