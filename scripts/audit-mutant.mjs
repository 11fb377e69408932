// A jest transformer that takes one guard out of one file on its way into a test, and leaves everything else to the usual one.
// Only `npm run audit -- --mutate` names it, in a jest configuration of its own: what is built and shipped never meets it.
import { readFileSync } from 'node:fs';
import swc from '@swc/jest';

export default {
  createTransformer({ mutant, swc: options }) {
    const transformer = swc.createTransformer(options);
    const { file, from, to } = JSON.parse(readFileSync(mutant, 'utf8'));
    const without = (source, path) => (path.replaceAll('\\', '/').endsWith(`/${file}`) ? source.replace(from, () => to) : source);
    return {
      ...transformer,
      process: (source, path, settings) => transformer.process(without(source, path), path, settings),
      processAsync: (source, path, settings) => transformer.processAsync(without(source, path), path, settings),
      getCacheKey: (source, path, settings) => transformer.getCacheKey(without(source, path), path, settings),
    };
  },
};
