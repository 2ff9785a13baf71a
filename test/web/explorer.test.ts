import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hasBrowser, launch, openTab, type Tab } from './browser.ts';
import { expectGoodLooks, LONG } from './looks.ts';
import { answered, chat } from './outside.ts';
import { setUp, signIn, type Ready } from './ready.ts';
import { openStage, type Stage } from './stage.ts';

describe.skipIf(!hasBrowser())('the API explorer', () => {
  let stage: Stage;
  let ready: Ready;
  let browser: Browser;
  let tab: Tab;
  let page: Page;
  const query = () => page.getByRole('textbox', { name: 'GraphQL query' });
  const variables = () => page.getByRole('textbox', { name: 'Variables as JSON' });
  const result = () => page.getByRole('textbox', { name: 'Result as JSON' });
  const write = async (text: string, into = query()): Promise<void> => {
    await into.click();
    await page.keyboard.press('ControlOrMeta+a');
    await page.keyboard.press('Delete');
    await page.keyboard.insertText(text);
  };
  const shows = (text: string) => result().filter({ hasText: text }).waitFor();

  beforeAll(async () => {
    stage = await openStage();
    ready = await setUp(stage.url);
    browser = await launch();
    tab = await openTab(browser, stage.url);
    page = tab.page;
    await signIn(page, stage.url);
  });
  afterAll(async () => {
    await browser?.close();
    await stage?.stop();
  });

  it('begins with a query that runs as oneself', async () => {
    await page.goto('/explorer');
    await query().waitFor();
    await page.getByRole('button', { name: 'Run' }).click();
    await shows('"username": "admin"');
    await page.getByText('Answered').waitFor();
    expect(await page.getByText('200', { exact: true }).count()).toBe(1);
  });

  it('runs a query with variables by Ctrl-Enter, and says what is wrong with either', async () => {
    await write('query One($id: ID!) { tenant(id: $id) { name } }');
    await write(`{ "id": "${ready.tenantId}" }`, variables());
    await page.keyboard.press('ControlOrMeta+Enter');
    await shows('"name": "Acme"');
    await write('{ "id": ', variables());
    await page.getByText('The variables are no JSON object yet.').waitFor();
    expect(await page.getByRole('button', { name: 'Run' }).isDisabled()).toBe(true);
    await write('', variables());
    await write('mutation { deleteTenant(id: "none") { __typename ... on Error { message } } }');
    await page.keyboard.press('ControlOrMeta+Enter');
    await shows('There is no such tenant');
    await page.getByText('With errors').waitFor();
  });

  it('completes from the schema', async () => {
    await write('{ provi');
    await page.keyboard.press('Control+Space');
    await page.getByRole('option', { name: /^providers/ }).waitFor();
    expect(await page.getByRole('option').first().textContent()).toContain('provider');
    await page.keyboard.press('Escape');
  });

  it('underlines what the schema does not know', async () => {
    await write('{ nothingLikeThis }');
    const mark = page.locator('.cm-lintRange-error').first();
    await mark.waitFor();
    expect(await mark.textContent()).toContain('nothingLikeThis');
  });

  it('changes things with a mutation', async () => {
    await write(
      `mutation { updateTenant(id: "${ready.tenantId}", input: { name: "Acme Two" }) { __typename ... on Tenant { name } } }`,
    );
    await page.getByRole('button', { name: 'Run' }).click();
    await shows('Acme Two');
    expect((await ready.rest('GET', `/admin/tenants/${ready.tenantId}`)).name).toBe('Acme Two');
  });

  it('follows a subscription until it is stopped', async () => {
    await write('subscription Tail { requestLogged { request { model status } } }');
    await page.getByRole('button', { name: 'Run' }).click();
    await page.getByText('Live', { exact: true }).waitFor();
    expect(await answered(() => chat(stage.url, ready.apiKey))).toBe(200);
    await shows('sim-fast');
    await page.getByRole('button', { name: 'Stop' }).click();
    await page.getByText('Stopped').waitFor();
  });

  it('documents the schema, from the words of the query on, and begins operations', async () => {
    await page.getByRole('button', { name: 'Docs' }).click();
    const docs = page.getByRole('complementary', { name: 'Documentation' });
    await docs.getByLabel('Find in the documentation').fill('auditEntries');
    await docs.getByRole('button', { name: 'Query.auditEntries' }).click();
    await docs.getByText('The audit log, newest first').waitFor();
    await page.waitForURL(/doc=Query\.auditEntries/);
    // A long type: the field that was looked for is in sight, and the keys are where it is.
    const seen = await docs.getByRole('button', { name: 'Try auditEntries' }).evaluate((it) => {
      const [own, pane] = [it.getBoundingClientRect(), it.closest('aside')?.getBoundingClientRect()];
      return pane !== undefined && own.top >= pane.top && own.bottom <= pane.bottom;
    });
    expect(seen).toBe(true);
    expect(await docs.evaluate((it) => it.contains(it.ownerDocument.activeElement))).toBe(true);
    await docs.getByRole('button', { name: 'Try auditEntries' }).click();
    await page.getByRole('button', { name: 'Run' }).click();
    await shows('"action"');
    await page.goBack();
    await docs.getByRole('button', { name: 'subscription' }).waitFor();
    await docs.getByRole('button', { name: 'Close the documentation' }).click();
    await docs.waitFor({ state: 'detached' });
    const opener = page.getByRole('button', { name: 'Docs' });
    expect(await opener.evaluate((it) => it.ownerDocument.activeElement === it)).toBe(true);
    expect(await query().textContent()).toContain('query AuditEntries');
  });

  it('remembers what was run and what was typed, and puts a query into a link', async () => {
    await page.getByRole('button', { name: 'History' }).click();
    await page.getByRole('button', { name: 'subscription Tail' }).click();
    await query().filter({ hasText: 'requestLogged' }).waitFor();
    const history = page.getByRole('complementary', { name: 'History' });
    await history.getByRole('button', { name: 'Forget all' }).click();
    await history.getByText(/Nothing was run in this browser yet/).waitFor();
    await page.getByRole('button', { name: 'Undo' }).click();
    await history.getByRole('button', { name: 'subscription Tail' }).waitFor();
    await page.goto(`/explorer?query=${encodeURIComponent('{ setupStatus { setupComplete } }')}`);
    await query().filter({ hasText: 'setupComplete' }).waitFor();
    await page.getByRole('button', { name: 'Prettify' }).click();
    await page.getByRole('button', { name: 'Run' }).click();
    await shows('"setupComplete": true');
    await page.getByRole('button', { name: 'Copy as curl' }).click();
    await expect.poll(() => page.evaluate('navigator.clipboard.readText()')).toContain('Bearer $PRISM_TOKEN');
  });

  it('lets Tab lead out of the editor', async () => {
    await query().click();
    await page.keyboard.press('Tab');
    expect(
      await page.evaluate('document.activeElement?.shadowRoot?.activeElement?.getAttribute("aria-label")'),
    ).toBe('Variables as JSON');
  });

  it('says how a program connects, with addresses and files that are there', async () => {
    await page.getByRole('link', { name: 'Connect a program' }).click();
    const address = page.getByRole('group', { name: 'GraphQL address' });
    await expect.poll(() => address.textContent()).toBe(`${stage.url}/graphql`);
    const waiting = page.waitForEvent('download');
    await page.getByRole('button', { name: 'Download the schema' }).click();
    expect((await waiting).suggestedFilename()).toBe('open-model-prism.graphql');
    for (const path of ['/api/prism/docs', '/api/prism/openapi.json'])
      expect((await fetch(`${stage.url}${path}`)).status).toBe(200);
  });

  it('looks right in both themes, wide and on a phone', LONG, async () => {
    await expectGoodLooks(browser, stage.url, [
      ['/explorer', (it) => it.getByRole('textbox', { name: 'GraphQL query' }).waitFor()],
      ['/explorer?doc=Query', (it) => it.getByRole('button', { name: 'Try me', exact: true }).waitFor()],
      ['/explorer?tab=connect', (it) => it.getByRole('group', { name: 'REST address' }).waitFor()],
    ]);
  });

  it('complained about nothing in the browser’s console', () => {
    expect(tab.complaints).toEqual([]);
  });
});
