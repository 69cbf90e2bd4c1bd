// Every expectation and every question by its name; a notebook's stand in the file of its name.
import { startExpectations, startQuestions } from "./00-start";
import { inceptionExpectations, inceptionQuestions } from "./01-inception";
import { whyNormalizeExpectations, whyNormalizeQuestions } from "./02-why-normalize";
import { batchNormFromScratchExpectations, batchNormFromScratchQuestions } from "./03-bn-from-scratch";
import { covariateShiftExpectations, covariateShiftQuestions } from "./04-ics";
import { speedExpectations, speedQuestions } from "./05-speed-lr-init";
import { saturatingExpectations, saturatingQuestions } from "./06-saturating";
import { regularizationExpectations, regularizationQuestions } from "./07-regularization";
import { debateExpectations, debateQuestions } from "./08-ics-debate";
import { inferenceExpectations, inferenceQuestions } from "./09-inference";
import { smallBatchExpectations, smallBatchQuestions } from "./10-small-batch";
import { alternativesExpectations, alternativesQuestions } from "./11-alternatives";
import { verdictsExpectations, verdictsQuestions } from "./12-verdict";
import { whyItWorksExpectations, whyItWorksQuestions } from "./13-why-it-works";
import { practiceExpectations, practiceQuestions } from "./14-practice";

export const expectations = {
  ...startExpectations,
  ...inceptionExpectations,
  ...whyNormalizeExpectations,
  ...batchNormFromScratchExpectations,
  ...covariateShiftExpectations,
  ...speedExpectations,
  ...saturatingExpectations,
  ...regularizationExpectations,
  ...debateExpectations,
  ...inferenceExpectations,
  ...smallBatchExpectations,
  ...alternativesExpectations,
  ...verdictsExpectations,
  ...whyItWorksExpectations,
  ...practiceExpectations,
};

export const questions = {
  ...startQuestions,
  ...inceptionQuestions,
  ...whyNormalizeQuestions,
  ...batchNormFromScratchQuestions,
  ...covariateShiftQuestions,
  ...speedQuestions,
  ...saturatingQuestions,
  ...regularizationQuestions,
  ...debateQuestions,
  ...inferenceQuestions,
  ...smallBatchQuestions,
  ...alternativesQuestions,
  ...verdictsQuestions,
  ...whyItWorksQuestions,
  ...practiceQuestions,
};
