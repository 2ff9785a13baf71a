import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:https';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { createCheckStage } from './provider-check-stage.ts';
import { chatAnswer, listen, modelList, stop } from './upstream.ts';

const stage = createCheckStage();

describe('the check of a provider behind TLS', () => {
  const pem = (name: string) => readFileSync(new URL(`certificates/${name}.pem`, import.meta.url));
  const trusted = getCACertificates('default');
  let server: Server;
  let address: string;

  beforeAll(() => setDefaultCACertificates([...trusted, pem('ca').toString()]));
  afterAll(() => setDefaultCACertificates(trusted));
  afterEach(() => stop(server));

  async function serve(certificate: string): Promise<void> {
    server = createServer({ key: pem('key'), cert: pem(certificate) }, (req, res) => {
      const chunks: Buffer[] = [];
      req.on('data', (chunk: Buffer) => chunks.push(chunk));
      req.on('end', () => {
        const body = Buffer.concat(chunks).toString();
        const chat = req.url?.endsWith('/chat/completions') === true;
        const seen = { method: req.method ?? '', path: req.url ?? '', headers: req.headers, body };
        const answer = chat ? chatAnswer(seen) : modelList('gpt-4o');
        res.writeHead(200, { 'content-type': 'application/json', ...answer.headers });
        res.end(typeof answer.body === 'string' ? answer.body : JSON.stringify(answer.body));
      });
    });
    address = `https://localhost:${await listen(server)}`;
  }

  it('tells who the certificate is for, by whom, and how long it is good', async () => {
    await serve('localhost');
    const result = await stage.check(await stage.add(address));
    expect(result.success).toBe(true);
    expect(result.log.find(({ step }) => step === 'tls')?.detail).toMatch(
      /^TLSv1\.[23]; certificate for localhost, 127\.0\.0\.1 by Test authority, Open Model Prism tests, good until 21\d\d-/,
    );
  });

  it.each([
    ['self-signed', /self-signed \(DEPTH_ZERO_SELF_SIGNED_CERT\)/, /NODE_EXTRA_CA_CERTS/],
    [
      'other-name',
      /ERR_TLS_CERT_ALTNAME_INVALID.*llm\.example, www\.llm\.example/,
      /host name that it was made for/,
    ],
    ['expired', /CERT_HAS_EXPIRED.*good until 2021-01-01/, /expired: renew it/],
  ])('says how to mend a certificate that is %s, and sends no key', async (certificate, detail, mend) => {
    await serve(certificate);
    let asked = 0;
    server.on('request', () => (asked += 1));
    const result = await stage.check(await stage.add(address));
    expect(result.steps.at(-1)).toBe('tls failed');
    expect(result.log.at(-1)?.detail).toMatch(detail);
    expect(result.suggestion).toMatch(mend);
    expect(asked).toBe(0);
  });

  it('says that https is meant where a TLS port is asked in plain', async () => {
    await serve('self-signed');
    const result = await stage.check(await stage.add(address.replace('https:', 'http:')));
    expect(result.steps.at(-1)).toBe('connection failed');
    expect(result.suggestion).toMatch(/begin the base URL with https:\/\//);
  });

  it('says that https is meant where plain HTTP is sent on to it', async () => {
    await serve('localhost');
    const headers = { location: address };
    stage.upstream.answers = { '/v1/models': { status: 308, headers, body: '' } };
    const result = await stage.check(
      await stage.add(stage.upstream.origin.replace('127.0.0.1', 'localhost')),
    );
    expect(result.steps.at(-1)).toBe('connection failed');
    expect(result.suggestion).toBe('Begin the base URL with https://.');
  });
});
