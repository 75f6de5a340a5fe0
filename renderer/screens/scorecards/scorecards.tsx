export const Scorecards = () => null;
