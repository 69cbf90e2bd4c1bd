// Every expectation and every question by its name; a notebook's stand in the file of its name.
import { startExpectations, startQuestions } from "./00-start";

export const expectations = {
  ...startExpectations,
};

export const questions = {
  ...startQuestions,
};
