import { parseArgs } from 'node:util';
import { installCommand, installPackages, missingPackages } from './packages.ts';
import { addTally, emptyTally } from './tally.ts';
import { TIERS, type Tier, type TierName } from './tiers.ts';

const HELP = `Runs Margay's checks and tests.

  npm test                       everything; installs what is missing (npm packages; Debian packages where it is root on Debian)
  npm run check                  format, lint, imports, types, unit: seconds, no services
  npm test -- --only db,kernel   some tiers: ${Object.keys(TIERS).join(', ')}
  npm run doctor                 says what is missing and the command that mends it`;

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: { only: { type: 'string' }, doctor: { type: 'boolean' }, help: { type: 'boolean', short: 'h' } },
  });
  if (values.help) {
    console.log(HELP);
    return 0;
  }
  if (values.doctor) return doctor();
  const names = (values.only?.split(',') ?? Object.keys(TIERS)) as TierName[];
  const unknown = names.filter((name) => !(name in TIERS));
  if (unknown.length > 0) {
    console.error(`There is no tier ${unknown.join(', ')}. Tiers: ${Object.keys(TIERS).join(', ')}`);
    return 2;
  }
  if (names.some((name) => TIERS[name].usesSystem)) reportMissing(installPackages(console.log));

  const total = emptyTally();
  const run = async (name: TierName) => {
    const started = Date.now();
    const tally = await TIERS[name].run();
    addTally(total, tally);
    console.log(
      `${name}: ${tally.passed} passed, ${tally.failed} failed, ${tally.skipped.length} skipped in ${((Date.now() - started) / 1000).toFixed(1)} s`,
    );
  };
  const tiers: readonly (Tier & { name: TierName })[] = names.map((name) => ({ name, ...TIERS[name] }));
  const beside = Promise.all(tiers.filter((tier) => tier.beside).map(({ name }) => run(name)));
  for (const { name } of tiers.filter((tier) => !tier.beside && !tier.alone)) await headed(name, run);
  await beside;
  for (const { name } of tiers.filter((tier) => tier.alone)) await headed(name, run);
  if (total.skipped.length > 0)
    console.log(`\nSkipped:\n${total.skipped.map((skip) => `  ${skip.name}: ${skip.reason}`).join('\n')}`);
  console.log(`\n${total.passed} passed, ${total.failed} failed, ${total.skipped.length} skipped`);
  return total.failed > 0 || total.passed === 0 ? 1 : 0;
}

function headed(name: TierName, run: (name: TierName) => Promise<void>): Promise<void> {
  console.log(`\n── ${name} ${'─'.repeat(Math.max(0, 70 - name.length))}`);
  return run(name);
}

function doctor(): number {
  const missing = missingPackages();
  reportMissing(missing);
  if (process.getuid?.() !== 0)
    console.log('Not root: kernel, lab and some browser tests would be skipped. Run: sudo npm test');
  if (missing.length === 0) console.log('Everything that the tests use is here.');
  return missing.length > 0 ? 1 : 0;
}

function reportMissing(missing: ReturnType<typeof missingPackages>): void {
  if (missing.length === 0) return;
  console.log(
    `Missing here:\n${missing.map((need) => `  ${need.package.padEnd(26)} ${need.for}`).join('\n')}\nOn Debian, as root: ${installCommand(missing)}`,
  );
}

process.exitCode = await main();
