// Prints the result of a vitest run, from its JSON report, as the one line `N passed, N failed`.
import { readFileSync } from 'node:fs';

const [path] = process.argv.slice(2);

function read() {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch (e) {
    console.error(`no test report: ${e.message}`);
    console.log('0 passed, 1 failed');
    process.exit(1);
  }
}

const report = read();
// A file that fails outside its tests (an import, a hook) has no failed test to show for it, and still is a failure.
const brokenFiles = report.testResults.filter(
  (file) => file.status === 'failed' && !file.assertionResults.some((test) => test.status === 'failed'),
);
console.log(`${report.numPassedTests} passed, ${report.numFailedTests + brokenFiles.length} failed`);
