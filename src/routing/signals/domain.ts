import type { Domain } from '../types.ts';
import { entriesOf, Lexicon, type Words } from './words.ts';

/**
 * Words that hardly occur outside their subject, English and German. One of them is a hint, two are a verdict: a
 * single "article" or "import" says nothing.
 */
const WORDS = new Lexicon<Domain>(
  entriesOf<Domain>({
    legal: `plaintiff, defendant, lawsuit, litigation, statute, jurisdiction, indemnify, indemnification, indemnity,
      liability clause, breach of contract, non-compete, tort, subpoena, affidavit, arbitration, gdpr, copyright
      infringement, force majeure, governing law, landlord, tenancy, eviction, custody, probate, appellate, hearsay,
      negligence, contract clause, severability, injunction, deposition, attorney, lawyer, legally, rechtsanwalt,
      klage, kläger, beklagte, beklagter, vertragsklausel, kündigungsfrist, mietvertrag, mietrecht, arbeitsrecht,
      bgb, stgb, haftung, schadensersatz, gewährleistung, dsgvo, urheberrecht, paragraph, gericht, anwalt,
      rechtlich, abmahnung, widerrufsrecht, impressumspflicht`,
    medical: `patient, diagnosis, diagnose, symptom, symptoms, dosage, mg, contraindication, contraindications,
      prescription, chemotherapy, biopsy, hypertension, diabetes, antibiotic, antibiotics, oncology, cardiology,
      pregnancy, pregnant, blood pressure, side effects, mri, ct scan, treatment plan, differential diagnosis, icd-10,
      ibuprofen, paracetamol, vaccine, tumor, tumour, arrhythmia, anesthesia, lesion, renal, hepatic, insulin,
      symptome, dosierung, nebenwirkungen, wechselwirkungen, blutdruck, schwangerschaft, schwanger, behandlung,
      impfung, antibiotika, medikament, medikamente, hausarzt, entzündung, chronisch, therapie, arzt, befund`,
    finance: `ebitda, dividend, dividends, portfolio, balance sheet, cash flow, discounted cash flow, dcf, npv, irr,
      hedge, derivative, derivatives, bond yield, amortization, depreciation, valuation, earnings per share, stock
      price, interest rate, credit default, capital gains, tax return, income tax, gross margin, revenue forecast,
      mortgage, equity, etf, inflation rate, liquidity, ifrs, gaap, wacc, bilanz, rendite, abschreibung, aktie,
      aktien, zinssatz, zinsen, kredit, steuererklärung, einkommensteuer, umsatzsteuer, deckungsbeitrag, eigenkapital,
      fremdkapital, anlageberatung, quartalszahlen, gewinn und verlust, cashflow, liquidität, depot`,
    security: `cve, xss, csrf, sql injection, vulnerability, vulnerabilities, exploit, exploits, privilege escalation,
      penetration test, pentest, malware, ransomware, buffer overflow, threat model, owasp, sicherheitslücke,
      sicherheitslücken, schwachstelle, schwachstellen, angriffsvektor, path traversal, deserialization, ssrf, rce,
      hardening, secret leak`,
    math: `theorem, lemma, integral, derivative of, eigenvalue, eigenvalues, polynomial, modulo, prime number, matrix,
      differential equation, prove that, combinatorics, probability that, bijection, converges, logarithm, cosine,
      beweise, ableitung, gleichung, matrizen, wahrscheinlichkeit, primzahl, vektorraum, stetig, konvergiert`,
    science: `photosynthesis, thermodynamics, enzyme, molecule, molecules, quantum, isotope, velocity, momentum, genome,
      mitochondria, entropy, covalent, electromagnetic, evolution, titration, photon, wavelength, chromosome,
      photosynthese, molekül, geschwindigkeit, beschleunigung, chromosom, thermodynamik, elektron, redoxreaktion`,
    data: `dataframe, pandas, csv, dataset, regression, correlation, outliers, pivot table, histogram, median, standard
      deviation, time series, sql, spreadsheet, p-value, datensatz, korrelation, mittelwert, standardabweichung,
      zeitreihe, tabelle, ausreißer, kennzahlen`,
  }),
);

const VERDICT = 2;

/** The subject with the most of its own words; two at least, or it is general (code, where there is code). */
export function domainOf(texts: readonly Words[], hasCode: boolean): Domain {
  const hits = new Map<Domain, number>();
  const seen = new Set<object>();
  for (const words of texts)
    WORDS.scanDistinct(words, (domain) => hits.set(domain, (hits.get(domain) ?? 0) + 1), seen);
  let best: Domain = hasCode ? 'code' : 'general';
  let most = VERDICT - 1;
  for (const [domain, count] of hits) {
    if (count > most) {
      best = domain;
      most = count;
    }
  }
  return best;
}
