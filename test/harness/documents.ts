import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { projectFolder } from '../../dev/processes/project.js';

/** One command that a page tells readers to type. */
export interface DocumentedCommand {
  readonly page: string;
  readonly line: number;
  /** Without a comment behind it. */
  readonly text: string;
}

const FENCE = /^```(\w*)/;
const PROMPT = '$ ';
const COMMENT_BEHIND = /\s{2,}#\s.*$/;

/** Every page with commands to type. */
export function pagesForReaders(): readonly string[] {
  const docs = readdirSync(join(projectFolder(), 'docs')).filter((name) => name.endsWith('.md'));
  return [
    'README.md',
    ...docs.map((name) => `docs/${name}`),
    'deploy/README.md',
    'deploy/kubernetes/README.md',
    'libs/client/README.md',
    'examples/README.md',
  ];
}

/** What its blocks of `sh` hold, command by command, and in blocks without a language what follows a prompt. */
export function commandsOf(page: string): readonly DocumentedCommand[] {
  const commands: DocumentedCommand[] = [];
  let language: string | undefined;
  let open: DocumentedCommand | undefined;
  for (const [index, line] of readFileSync(join(projectFolder(), page), 'utf8').split('\n').entries()) {
    const fence = FENCE.exec(line);
    if (fence !== null) {
      if (open !== undefined) throw new Error(`${page}:${open.line} does not end before its block does`);
      language = language === undefined ? fence[1] : undefined;
      continue;
    }
    const typed = language === 'sh' ? line : language === '' && line.startsWith(PROMPT) ? line.slice(PROMPT.length) : undefined;
    if (typed === undefined || (open === undefined && /^\s*(?:#|$)/.test(typed))) continue;
    open = open === undefined ? { page, line: index + 1, text: typed } : { ...open, text: `${open.text}\n${typed}` };
    if (isWhole(open.text)) {
      commands.push({ ...open, text: open.text.replace(COMMENT_BEHIND, '') });
      open = undefined;
    }
  }
  return commands;
}

/** Every quote and brace is closed, and no line continues. */
function isWhole(text: string): boolean {
  const bare = text.replaceAll(/'[^']*'|"(?:\\.|[^"\\])*"/gs, '');
  const braces = bare.split('{').length - bare.split('}').length;
  return !/['"]|\\$/.test(bare.replace(COMMENT_BEHIND, '')) && braces === 0;
}
