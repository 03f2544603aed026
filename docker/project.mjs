// Prints the package.json of the image's project: what the examples import beside holdfast, in the versions that
// Holdfast's own tests ran with.
import { readFileSync } from 'node:fs';

const { dependencies: own, devDependencies, overrides } = JSON.parse(readFileSync(process.argv[2], 'utf8'));
const imported = (name) =>
  /^(langchain|pg|zod|@langchain\/(anthropic|core|langgraph|langgraph-checkpoint|openai))$/.test(name);
const dependencies = Object.fromEntries(
  Object.entries({ ...own, ...devDependencies }).filter(([name]) => imported(name)),
);
console.log(JSON.stringify({ name: 'project', private: true, type: 'module', dependencies, overrides }, null, 2));
