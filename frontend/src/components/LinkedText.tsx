import { LINK } from "./styles";

/** Sentences of the service quote what the user typed, so only addresses on these hosts become links. */
const ADDRESS = /(?:https:\/\/)?\b(?:huggingface\.co|docs\.aws\.amazon\.com)\/[^\s"'<>`]*[^\s"'<>`.,;:!?)]/g;

/** Text whose addresses are links, and whose commands in backticks are code. */
export function LinkedText({ text }: { text: string }) {
  const matches = [...text.matchAll(ADDRESS)].filter(({ index }) => !isInsideWord(text, index));
  const ends = matches.map(({ 0: address, index }) => index + address.length);
  return (
    <>
      {matches.map(({ 0: address, index }, position) => (
        <span key={index}>
          <TextWithCode text={text.slice(ends[position - 1] ?? 0, index)} />
          <a
            href={address.startsWith("https://") ? address : `https://${address}`}
            target="_blank"
            rel="noreferrer"
            className={LINK}
          >
            {address}
          </a>
        </span>
      ))}
      <TextWithCode text={text.slice(ends.at(-1) ?? 0)} />
    </>
  );
}

function TextWithCode({ text }: { text: string }) {
  // Every other part was between backticks.
  return text.split(/`([^`]+)`/).map((part, index) =>
    index % 2 === 1 ? (
      <code key={index} className="break-words">
        {part}
      </code>
    ) : (
      part
    ),
  );
}

/** Whether the address is part of a longer one, such as `evil.test/huggingface.co/x`. */
function isInsideWord(text: string, index: number): boolean {
  return /[\w./:@-]/.test(text.charAt(index - 1));
}
