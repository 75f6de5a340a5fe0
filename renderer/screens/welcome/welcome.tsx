export const Welcome = ({ isFirst }: { isFirst: boolean }) => <p>{String(isFirst)}</p>;
