// node page.mjs NPM CHROMIUM RUNS: opens RUNS/vae/report.html and RUNS/gan/report.html and checks what a reader sees.
import assert from 'node:assert/strict';
import {createRequire} from 'node:module';
import {mkdtempSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';

const [npm, executablePath, runs] = process.argv.slice(2);
const {chromium} = createRequire(join(npm, 'package.json'))('playwright-core');
const profile = mkdtempSync(join(tmpdir(), 'elbow-page-'));
const args = ['--headless', '--no-sandbox', '--disable-gpu', '--no-first-run', '--disable-background-networking',
              '--disable-component-update', '--disable-sync'];

async function open(context, name, problems) {
  const page = await context.newPage();
  page.on('console', (m) => { if (['error', 'warning'].includes(m.type())) problems.push(m.text()); });
  page.on('pageerror', (error) => problems.push(error.stack));
  page.on('request', (request) => {
    if (!/^(file|data):/.test(request.url())) problems.push('request to ' + request.url());
  });
  page.on('dialog', (dialog) => { problems.push('dialog'); dialog.dismiss(); });
  await page.goto('file://' + join(runs, name, 'report.html'));
  await page.waitForFunction(() => [...(window.elbow?.charts ?? [])].length > 0 && [...window.elbow.charts].every((c) => c.plot));
  return page;
}

async function equation(page, terms) {
  const parts = await page.$$eval('.part-body', (all) => all.map((e) => ({
    term: e.dataset.term, width: e.querySelector('math').getBoundingClientRect().width,
    height: e.querySelector('math').getBoundingClientRect().height, value: e.querySelector('.part-value').textContent})));
  assert.deepEqual(parts.map((p) => p.term), terms);
  for (const part of parts) {
    assert.ok(part.width > 5 && part.height > 8, part.term + ' is not visible');
    assert.match(part.value, /^−?[\d.,]+$/);
  }
}

async function vae(context) {
  const problems = [];
  const page = await open(context, 'vae', problems);
  await equation(page, ['loss', 'elbo/reconstruction', 'elbo/kl']);
  assert.match(await page.textContent('h1'), /learned|carries nothing|Not yet|cannot be told/);
  assert.ok((await page.textContent('.kicker')).includes('<img src=x'), 'the name is shown as text');

  // The first chart: its series are the logged ones, value by value.
  const read = await page.evaluate(() => {
    const chart = [...window.elbow.charts][0];
    const {step, keys} = window.elbow.data.series.train;
    const train = chart.lines.findIndex((l) => l.key === 'loss' && l.split === 'train');
    return {labels: chart.plot.series.slice(1).map((s) => s.label), xs: chart.plot.data[0], ys: chart.plot.data[train + 1],
            step, loss: keys.loss.mean};
  });
  assert.ok(read.labels.includes('loss (train)') && read.labels.includes('loss (test)'), read.labels.join());
  assert.ok(read.step.length >= 20);
  read.step.forEach((x, i) => assert.equal(read.ys[read.xs.indexOf(x)], read.loss[i]));

  // A click hides a curve and shows it again.
  const visible = () => page.evaluate(() => [...window.elbow.charts][0].plot.series.filter((s, i) => i && s.show).length);
  const all = await visible();
  await page.click('.chart .legend button[data-key="loss"]');
  assert.ok(await visible() < all);
  await page.click('.chart .legend button[data-key="loss"]');
  assert.equal(await visible(), all);

  // Keys move the cursor of one chart and of those linked to it, and zoom all.
  await page.focus('.chart .plot');
  await page.keyboard.press('Home');
  await page.keyboard.press('ArrowRight');
  assert.match(await page.textContent('.chart .where'), /^step /);
  await page.keyboard.press('+');
  await page.waitForTimeout(50);
  const spans = await page.evaluate(() => [...window.elbow.charts].map((c) => c.plot.scales.x.max - c.plot.scales.x.min));
  assert.ok(new Set(spans.map((s) => s.toFixed(6))).size === 1 && spans[0] < 110, 'zoom is shared: ' + spans);
  await page.keyboard.press('0');

  // Log scale where all is positive.
  const logs = await page.$$('.chart-head button:not([disabled]):has-text("log")');
  assert.ok(logs.length > 0);

  // The slider changes picture and step.
  const before = await page.getAttribute('#samples img', 'src');
  await page.focus('#sample-step');
  await page.keyboard.press('Home');
  assert.notEqual(await page.getAttribute('#samples img', 'src'), before);
  assert.equal(await page.textContent('#samples output'), 'step 0');

  // A card on focus, gone on Escape. The mouse rests where nothing scrolls under it.
  await page.mouse.move(1, 1);
  await page.focus('.part-body[data-term="elbo/kl"]');
  await page.waitForFunction(() => {
    const card = document.querySelector('#tooltip');
    return card && card.checkVisibility() && /nats/.test(card.textContent);
  });
  await page.keyboard.press('Escape');
  assert.ok(!await page.isVisible('#tooltip'));

  // Every term with a curve is in the glossary.
  const missing = await page.evaluate(() => Object.keys(window.elbow.data.series.train.keys)
    .map((k) => k.replace(/^kl\/dim\/.*/, 'kl/dim/*')).filter((k) => window.elbow.data.terms[k] && !document.getElementById('term-' + k)));
  assert.deepEqual(missing, []);
  assert.ok(await page.isVisible('#latents canvas'));
  // The guesses stand beside what happened.
  const guesses = await page.$$eval('#guesses tbody tr', (rows) => rows.map((r) => [...r.cells].map((c) => c.textContent)));
  assert.equal(guesses.length, 2);
  assert.match(guesses[0][0], /elbo\/kl$/);
  assert.equal(guesses[0][1], '20');
  assert.match(guesses[0][2], /^[\d.]+\u00a0±\u00a0[\d.]+ on test images, step 120$/);
  assert.match(guesses[0][3], /^[\d.]+ below$/);
  assert.deepEqual(guesses[1].slice(2), ['not logged', 'open']);
  assert.match(await page.textContent('.command code'), /^elbow train .*config\.toml/);
  await page.evaluate(() => document.querySelectorAll('details').forEach((d) => { d.open = true; }));
  await page.waitForTimeout(300);
  assert.deepEqual(problems, []);
  await page.close();
}

async function gan(context) {
  const problems = [];
  const page = await open(context, 'gan', problems);
  await equation(page, ['loss/discriminator', 'loss/discriminator/real', 'loss/discriminator/fake', 'loss/generator',
                        'loss/generator/fake', 'penalty/r1']);
  assert.match(await page.textContent('h1'), /discriminator|cannot be told/);
  assert.equal(await page.$('#guesses'), null, 'nothing was guessed');
  const equilibrium = await page.evaluate(() => [...window.elbow.charts][0].equilibria().map((l) => l.value));
  assert.ok(equilibrium.some((v) => Math.abs(v - 2 * Math.LN2) < 1e-9), '2 ln 2 is drawn');
  assert.deepEqual(problems, []);
  await page.close();
}

async function phone(browser) {
  const paper = {};
  for (const colorScheme of ['light', 'dark']) {
    const context = await browser.newContext({viewport: {width: 320, height: 700}, colorScheme});
    for (const name of ['vae', 'gan']) {
      const problems = [];
      const page = await open(context, name, problems);
      const width = await page.evaluate(() => document.documentElement.scrollWidth);
      assert.ok(width <= 320, name + ' overflows: ' + width);
      paper[colorScheme] = await page.evaluate(() => getComputedStyle(document.body).backgroundColor);
      assert.deepEqual(problems, []);
      await page.close();
    }
    await context.close();
  }
  assert.notEqual(paper.light, paper.dark);
}

const browser = await chromium.launch({executablePath, args, env: {...process.env, HOME: profile}});
try {
  const context = await browser.newContext({viewport: {width: 1280, height: 900}});
  await vae(context);
  await gan(context);
  await phone(browser);
} finally {
  await browser.close();
  rmSync(profile, {recursive: true, force: true});
}
