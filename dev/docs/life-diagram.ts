/** The permitted transitions of a state machine: state, event, next state. */
export type Life = Readonly<Record<string, Readonly<Partial<Record<string, string>>>>>;

/** The start and end marker in Mermaid. */
const POINT = '[*]';

/** Mermaid permits no hyphen in a state's name. */
const nameOf = (state: string): string => state.replaceAll('-', '_');

/** The state machine as a Mermaid state diagram. `begins` holds the initial transitions; a state without transitions is an end state. */
export function lifeDiagram(begins: Readonly<Partial<Record<string, string>>>, life: Life): string {
  const states = Object.keys(life);
  const titles = states.filter((state) => nameOf(state) !== state).map((state) => `state "${state}" as ${nameOf(state)}`);
  const ways = states.flatMap((state) => {
    const out = Object.entries(life[state] ?? {});
    return out.length === 0 ? [`${nameOf(state)} --> ${POINT}`] : out.map(([event, to]) => arrow(nameOf(state), event, to));
  });
  const first = Object.entries(begins).map(([event, to]) => arrow(POINT, event, to));
  return ['stateDiagram-v2', ...[...titles, ...first, ...ways].map((line) => `    ${line}`)].join('\n');
}

const arrow = (from: string, event: string, to: string | undefined): string => `${from} --> ${nameOf(to ?? POINT)}: ${event}`;

/** Replaces the first diagram of a page. @throws Error when the page has none */
export function withDiagram(page: string, diagram: string): string {
  const fenced = /```mermaid\n[\s\S]*?\n```/;
  if (!fenced.test(page)) throw new Error('the page has no Mermaid diagram to replace');
  return page.replace(fenced, () => `\`\`\`mermaid\n${diagram}\n\`\`\``);
}
