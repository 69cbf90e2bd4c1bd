// Every exercise by its name; a notebook's stand in the file of its name.
import { start } from "./00-start";
import { inception } from "./01-inception";
import { whyNormalize } from "./02-why-normalize";
import { batchNormFromScratch } from "./03-bn-from-scratch";
import { covariateShift } from "./04-ics";
import { speed } from "./05-speed-lr-init";
import { saturating } from "./06-saturating";
import { regularization } from "./07-regularization";
import { debate } from "./08-ics-debate";
import { inference } from "./09-inference";
import { smallBatch } from "./10-small-batch";
import { alternatives } from "./11-alternatives";
import { whyItWorks } from "./13-why-it-works";
import { practice } from "./14-practice";

export const exercises = {
  ...start,
  ...inception,
  ...whyNormalize,
  ...batchNormFromScratch,
  ...covariateShift,
  ...speed,
  ...saturating,
  ...regularization,
  ...debate,
  ...inference,
  ...smallBatch,
  ...alternatives,
  ...whyItWorks,
  ...practice,
};
